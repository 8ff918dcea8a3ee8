using System.Text;

namespace GovernedFinetune.Sandbox.Aws.Emr;

/// <summary>The part of <c>sparkSubmitParameters</c> that matters to a driver without a cluster.</summary>
/// <param name="PyFiles">What <c>--py-files</c> or <c>spark.submit.pyFiles</c> names.</param>
/// <param name="Environment">What <c>spark.emr-serverless.driverEnv.NAME</c> sets.</param>
internal sealed record SparkSubmit(IReadOnlyList<string> PyFiles, IReadOnlyDictionary<string, string> Environment)
{
    private const string DriverEnvironment = "spark.emr-serverless.driverEnv.";

    /// <exception cref="FormatException">A quotation mark has no partner, or an option no value.</exception>
    public static SparkSubmit Parse(string? parameters)
    {
        var files = new List<string>();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        var words = Words(parameters ?? "");
        for (var i = 0; i < words.Count; i++)
        {
            var (option, value) = words[i].StartsWith("--", StringComparison.Ordinal) && words[i].Split('=', 2) is [var name, var given] ? (name, given) : (words[i], null);
            if (option is not ("--py-files" or "--conf"))
            {
                continue;
            }

            value ??= ++i < words.Count ? words[i] : throw new FormatException($"sparkSubmitParameters: {option} has no value.");
            if (option == "--py-files")
            {
                files.AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            }
            else if (value.Split('=', 2) is [var key, var setting])
            {
                if (key == "spark.submit.pyFiles")
                {
                    files.AddRange(setting.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                }
                else if (key.StartsWith(DriverEnvironment, StringComparison.Ordinal))
                {
                    environment[key[DriverEnvironment.Length..]] = setting;
                }
            }
        }

        return new SparkSubmit(files, environment);
    }

    /// <summary>Splits as a shell does: at spaces, with single and double quotation marks and backslashes.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (inWord)
                {
                    words.Add(word.ToString());
                    _ = word.Clear();
                    inWord = false;
                }

                continue;
            }

            inWord = true;
            if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
            }
            else
            {
                _ = word.Append(c == '\\' && quote != '\'' && i + 1 < text.Length ? text[++i] : c);
            }
        }

        if (quote != '\0')
        {
            throw new FormatException($"sparkSubmitParameters: the quotation mark {quote} has no partner.");
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
