using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// Every name that a run gives to something outside: a function of (uid, stage, attempt) and nothing else, so the same
/// attempt always finds what it started and another attempt never does. A readable part lets people map it back.
/// </summary>
public static class RunNames
{
    private const int HashLength = 20;
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>
    /// Name of the stage's job: at most 63 characters of <c>[a-z0-9-]</c>, which fits SageMaker
    /// (<c>[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}</c>) and EMR Serverless.
    /// </summary>
    public static string Job(RunIdentity run, string stage, int attempt)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"-{stage}-a{attempt}");
        var room = 63 - HashLength - 1 - end.Length;
        var readable = Readable(run.Name, room);
        return $"{readable}-{Hash(run.Uid, stage, attempt)}{end}";
    }

    /// <summary>Client token of the stage's job: at most 64 characters of <c>[A-Za-z0-9._-]</c>.</summary>
    public static string Token(RunIdentity run, string stage, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"ft-{Hash(run.Uid, stage, attempt)}-a{attempt}");

    /// <summary>Where the run keeps its documents, manifests and artifacts.</summary>
    public static S3Location Folder(S3Location artifacts, RunIdentity run) =>
        artifacts.Append($"runs/{run.Namespace}/{run.Name}/{run.Uid}");

    /// <summary>Where one attempt of a stage keeps its own.</summary>
    public static S3Location Folder(S3Location artifacts, RunIdentity run, string stage, int attempt) =>
        Folder(artifacts, run).Append(string.Create(CultureInfo.InvariantCulture, $"{stage}-a{attempt}"));

    /// <summary>Where the run's audit record is.</summary>
    public static S3Location Audit(S3Location artifacts, RunIdentity run) =>
        artifacts.Append($"audit/{run.Namespace}/{run.Name}/{run.Uid}");

    /// <summary>Where the prepared table of a name is laid.</summary>
    public static S3Location PreparedTable(S3Location prepared, string fullName) =>
        prepared.Append(fullName.Replace('.', '/'));

    private static string Readable(string name, int room)
    {
        var kept = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')]);
        kept = kept.Length > room ? kept[..room] : kept;
        kept = kept.Trim('-');
        return kept.Length == 0 ? "run" : kept;
    }

    private static string Hash(string uid, string stage, int attempt)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{uid}|{stage}|{attempt}")));
        var text = new char[HashLength];
        var bits = 0;
        var held = 0;
        var next = 0;
        for (var i = 0; i < HashLength; i++)
        {
            if (held < 5)
            {
                bits = (bits << 8) | digest[next++];
                held += 8;
            }

            held -= 5;
            text[i] = Base32[(bits >> held) & 31];
        }

        return new string(text);
    }
}
