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

    /// <summary>Look at every object once.</summary>
    /// <param name="ConfigFile">The configuration file.</param>
    public sealed record Once(string ConfigFile) : Command;

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
               governed-finetune --once [--config FILE]
               governed-finetune audit verify FOLDER [--head sha256:...]
          --config FILE   configuration (default: $GOVERNED_FINETUNE_CONFIG, else /etc/governed-finetune/config.json)
          --urls URLS     where /healthz and /readyz are served (default: http://+:8080)
          --once          look at every grant and run once, print a line for each, and end; for debugging
                          (exit code 1: a look failed; 75: another replica leads)
          --head DIGEST   the head that a status or a model version quotes; without it, lines cut off at the end go unnoticed
        """;

    private static VerifyAudit Audit(string[] args) => args switch
    {
        [var folder] => new VerifyAudit(folder, null),
        [var folder, "--head", var head] => new VerifyAudit(folder, head),
        _ => throw Misused("audit verify takes a folder and, optionally, --head DIGEST."),
    };

    private static ConfigurationException Misused(string what) => new($"{what}{Environment.NewLine}{Usage}");

    private static Command Operator(string[] args)
    {
        var config = Environment.GetEnvironmentVariable("GOVERNED_FINETUNE_CONFIG") is { Length: > 0 } file ? file : "/etc/governed-finetune/config.json";
        string? urls = null;
        var once = false;
        var left = new Queue<string>(args);
        while (left.TryDequeue(out var argument))
        {
            switch (argument)
            {
                case "--once":
                    once = true;
                    break;
                case "--config":
                    config = Value(argument, left);
                    break;
                case "--urls":
                    urls = Value(argument, left);
                    break;
                default:
                    throw Misused($"Unknown argument '{argument}'.");
            }
        }

        return (once, urls) switch
        {
            (true, null) => new Once(config),
            (true, _) => throw Misused("--once serves nothing, so it takes no --urls."),
            _ => new Run(config, urls ?? "http://+:8080"),
        };
    }

    private static string Value(string argument, Queue<string> left) =>
        left.TryDequeue(out var value) ? value : throw Misused($"{argument} needs a value.");
}
