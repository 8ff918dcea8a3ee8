using System.Security.Cryptography;
using System.Text;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Jobs;

/// <summary>Which attempt left the manifest.</summary>
public sealed record ManifestRun(string Uid, int Attempt);

/// <summary>The code that ran.</summary>
public sealed record ManifestCode(string Name, string Version, string Digest);

/// <summary>A table that a job read.</summary>
public sealed record ManifestInput(string Table, string TableId, string Version, string Format);

/// <summary>A file of the prepared table.</summary>
public sealed record OutputFile(string Path, long Bytes, string Sha256, long Rows, string Split);

/// <summary>The prepared table.</summary>
public sealed record ManifestOutput(
    string Table,
    string Location,
    string Format,
    string Version,
    IReadOnlyList<TableColumn> Columns,
    IReadOnlyList<OutputFile> Files,
    long Rows,
    long Tokens);

/// <summary>What a preparation job leaves, written last.</summary>
public sealed record PrepareManifest(
    int SchemaVersion,
    string Kind,
    ManifestRun Run,
    ManifestCode Code,
    IReadOnlyList<ManifestInput> Inputs,
    IReadOnlyList<ManifestOutput> Outputs,
    string Digest);

/// <summary>The model that was trained.</summary>
public sealed record ManifestModel(string Id, string Revision, string Backend);

/// <summary>Losses at both ends of the training.</summary>
public sealed record ManifestMetrics(double? FirstTrainLoss, double? LastTrainLoss, double? FirstEvalLoss, double? LastEvalLoss, long? Steps);

/// <summary>What a training job leaves, written last.</summary>
public sealed record TrainManifest(
    int SchemaVersion,
    string Kind,
    ManifestRun Run,
    ManifestCode Code,
    IReadOnlyList<ManifestInput> Inputs,
    ManifestModel Model,
    IReadOnlyList<ManifestFile> Files,
    string Digest,
    ManifestMetrics Metrics);

/// <summary>The digest over a set of files.</summary>
public static class ManifestDigest
{
    /// <summary>SHA-256 over the lines <c>{sha256}  {path}\n</c>, ordered by path; as <c>sha256:...</c>.</summary>
    public static string Of(IEnumerable<(string Path, string Sha256)> files)
    {
        var lines = new StringBuilder();
        foreach (var (path, sha256) in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            _ = lines.Append(sha256).Append("  ").Append(path).Append('\n');
        }

        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }
}
