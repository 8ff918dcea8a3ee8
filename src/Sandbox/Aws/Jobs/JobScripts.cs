using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Aws.S3;

namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>The scripts in force. They are tried in the order they were added; the first that matches is used.</summary>
internal sealed partial class JobScripts(ObjectStore store, TimeProvider clock)
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<(JobScript Script, Regex Pattern, int Left)> _scripts = [];

    /// <exception cref="ArgumentException">The script has a value that does not fit.</exception>
    public void Add(JobScript script)
    {
        if (script.Service is not (null or "emr-serverless" or "sagemaker"))
        {
            throw new ArgumentException($"service is '{script.Service}'; expected 'emr-serverless' or 'sagemaker'.");
        }

        if (!double.IsFinite(script.Seconds + script.QueueSeconds + script.StopSeconds) || Math.Min(script.Seconds, Math.Min(script.QueueSeconds, script.StopSeconds)) < 0)
        {
            throw new ArgumentException("seconds, queueSeconds and stopSeconds must be 0 or more.");
        }

        var pattern = new Regex(script.Match, RegexOptions.CultureInvariant, MatchLimit);
        lock (_gate)
        {
            _scripts.Add((script, pattern, script.Times == 0 ? int.MaxValue : script.Times));
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _scripts.Clear();
        }
    }

    /// <summary>Takes the script of a job that begins; null means that the job really runs.</summary>
    public JobScript? Take(string service, string name)
    {
        lock (_gate)
        {
            for (var i = 0; i < _scripts.Count; i++)
            {
                var (script, pattern, left) = _scripts[i];
                if (left > 0 && (script.Service is null || script.Service == service) && pattern.IsMatch(name))
                {
                    _scripts[i] = (script, pattern, left - 1);
                    return script;
                }
            }

            return null;
        }
    }

    /// <summary>Writes what a scripted job leaves. It is the script's doing, not the role's, so no policy is asked.</summary>
    /// <exception cref="Exception">The script's own code failed, or it names a bucket that is not there.</exception>
    public void LeaveObjects(JobScript script, ScriptedJob job)
    {
        foreach (var (uri, text) in script.Objects)
        {
            Put(S3Location.Parse(Fill(uri, job)), Fill(text, job));
        }

        foreach (var (uri, text) in script.Leave?.Invoke(job) ?? new Dictionary<string, string>())
        {
            Put(S3Location.Parse(uri), text);
        }
    }

    /// <summary>Reads an object for a script.</summary>
    public string? ReadText(string uri)
    {
        var at = S3Location.Parse(uri);
        if (store.Get(at.Bucket).Open(at.Key) is not var (_, data))
        {
            return null;
        }

        using var reader = new StreamReader(data);
        return reader.ReadToEnd();
    }

    private void Put(S3Location to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var file = store.NewReceivedFile();
        File.WriteAllBytes(file, bytes);
        _ = store.Get(to.Bucket).Commit(file, to.Key, name => new ObjectRecord
        {
            Key = to.Key,
            DataFile = name,
            Size = bytes.Length,
#pragma warning disable CA5351 // An S3 entity tag is an MD5.
            ETag = $"\"{Convert.ToHexStringLower(MD5.HashData(bytes))}\"",
#pragma warning restore CA5351
            LastModified = clock.GetUtcNow(),
            Headers = new Dictionary<string, string>(),
            Checksums = new Dictionary<string, string>(),
        }, _ => { });
    }

    private string Fill(string template, ScriptedJob job) => Placeholder().Replace(template, match =>
    {
        var value = match.Groups[1].Value switch
        {
            "name" => job.Name,
            "output" => job.OutputUri,
            var field when field.StartsWith("env.", StringComparison.Ordinal) => job.Environment.GetValueOrDefault(field[4..], ""),
            var field when int.TryParse(field.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < job.Arguments.Count => job.Arguments[i],
            _ => "",
        };
        return match.Groups[2] is { Success: true, Value: var pointer } ? ReadField(value, pointer[1..]) : value;
    });

    /// <summary>One field of a JSON object of the account.</summary>
    /// <exception cref="FormatException">The object is not there, or has no such field.</exception>
    private string ReadField(string uri, string pointer)
    {
        var text = ReadText(uri) ?? throw new FormatException($"There is no object {uri}.");
        var field = JsonNode.Parse(text);
        foreach (var name in pointer.Split('/')[1..])
        {
            field = field is JsonArray items && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < items.Count
                ? items[i]
                : (field as JsonObject)?[name];
        }

        return field is null ? throw new FormatException($"{uri} has no field {pointer}.") : field.ToString();
    }

    [GeneratedRegex(@"\{(name|output|env\.[A-Za-z_][A-Za-z0-9_]*|arg\.[0-9]{1,4})(#(?:/[A-Za-z0-9_.-]+)+)?\}")]
    private static partial Regex Placeholder();
}
