namespace GovernedFinetune.Operator.Hosting;

/// <summary>What the process was asked to do.</summary>
public abstract record Command
{
    private Command()
    {
    }

    /// <summary>Run the operator.</summary>
    /// <param name="ConfigFile">The configuration file.</param>
    /// <param name="Urls">Where health is served.</param>
    public sealed record Run(string ConfigFile, string Urls) : Command;

    /// <summary>Verify an audit record offline.</summary>
    /// <param name="Folder">The folder with its lines.</param>
    /// <param name="ExpectedHead">The head that is quoted elsewhere; null when unknown.</param>
    public sealed record VerifyAudit(string Folder, string? ExpectedHead) : Command;

    /// <summary>Say how the process is used.</summary>
    public sealed record Help : Command;

    /// <summary>Read the arguments.</summary>
    /// <exception cref="ConfigurationException">An argument is unknown or has no value.</exception>
    public static Command Parse(string[] args) => args switch
    {
        ["--help" or "-h"] => new Help(),
        ["audit", "verify", .. var rest] => Audit(rest),
        _ => Operator(args),
    };

    /// <summary>How the process is used.</summary>
    public const string Usage =
        """
        Usage: governed-finetune [--config FILE] [--urls URLS]
               governed-finetune audit verify FOLDER [--head sha256:...]
          --config FILE   configuration (default: $GOVERNED_FINETUNE_CONFIG, else /etc/governed-finetune/config.json)
          --urls URLS     where /healthz and /readyz are served (default: http://+:8080)
          --head DIGEST   the head that a status or a model version quotes; without it, lines cut off at the end go unnoticed
        """;

    private static VerifyAudit Audit(string[] args) => args switch
    {
        [var folder] => new VerifyAudit(folder, null),
        [var folder, "--head", var head] => new VerifyAudit(folder, head),
        _ => throw Misused("audit verify takes a folder and, optionally, --head DIGEST."),
    };

    private static ConfigurationException Misused(string what) => new($"{what}{Environment.NewLine}{Usage}");

    private static Run Operator(string[] args)
    {
        var config = Environment.GetEnvironmentVariable("GOVERNED_FINETUNE_CONFIG") is { Length: > 0 } file ? file : "/etc/governed-finetune/config.json";
        var urls = "http://+:8080";
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw Misused($"{args[i]} needs a value.");
            (config, urls) = args[i] switch
            {
                "--config" => (value, urls),
                "--urls" => (config, value),
                _ => throw Misused($"Unknown argument '{args[i]}'."),
            };
        }

        return new Run(config, urls);
    }
}
