using System.Globalization;
using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>
/// The versions of a Delta table, told from the names in its log alone (Delta protocol, "Delta Log Entries" and
/// "Checkpoints"): a version can be read when its commit is there and either every commit before it or a whole checkpoint
/// and every commit since. A catalog-managed table may have newer commits that are not published to the log yet; those
/// are not seen.
/// </summary>
internal sealed partial class DeltaLog(S3Listing listing, string table, S3Location location)
{
    /// <summary>The latest version, or the wanted one when it can be read, as a decimal string.</summary>
    public async Task<string> ResolveAsync(long? wanted, CancellationToken cancellationToken)
    {
        var commits = new SortedSet<long>();
        var checkpoints = new SortedSet<long>();
        var parts = new Dictionary<(long Version, int Of), int>();
        await foreach (var file in listing.BelowAsync(location.Append("_delta_log"), cancellationToken))
        {
            if (Commit().Match(file.Path) is { Success: true } commit)
            {
                commits.Add(Number(commit, "version"));
            }
            else if (Checkpoint().Match(file.Path) is { Success: true } checkpoint)
            {
                Note(checkpoint, checkpoints, parts);
            }
        }

        var version = wanted ?? Latest(commits, checkpoints);
        return CanRead(version, commits, checkpoints) ? version.ToString(CultureInfo.InvariantCulture) : throw Missing(version, commits);
    }

    /// <summary>A checkpoint in several parts counts when all are there.</summary>
    private static void Note(Match checkpoint, SortedSet<long> checkpoints, Dictionary<(long Version, int Of), int> parts)
    {
        var version = Number(checkpoint, "version");
        if (!checkpoint.Groups["of"].Success)
        {
            checkpoints.Add(version);
            return;
        }

        var key = (version, (int)Number(checkpoint, "of"));
        parts[key] = parts.GetValueOrDefault(key) + 1;
        if (parts[key] == key.Item2)
        {
            checkpoints.Add(version);
        }
    }

    private long Latest(SortedSet<long> commits, SortedSet<long> checkpoints) =>
        commits.Count + checkpoints.Count > 0
            ? Math.Max(commits.Count > 0 ? commits.Max : -1, checkpoints.Count > 0 ? checkpoints.Max : -1)
            : throw OperatorException.Terminal(
                Reasons.TableNotReadable, $"Table {table} is registered as DELTA, and there is no Delta log in {location}/_delta_log.");

    private static bool CanRead(long version, SortedSet<long> commits, SortedSet<long> checkpoints)
    {
        if (checkpoints.Contains(version))
        {
            return true;
        }

        var first = checkpoints.Reverse().FirstOrDefault(c => c < version, -1) + 1;
        return version >= first && commits.GetViewBetween(first, version).Count == version - first + 1;
    }

    private OperatorException Missing(long version, SortedSet<long> commits) => OperatorException.Terminal(
        Reasons.SourceChanged,
        $"Table {table} has no readable version {version} in {location}: its log holds commits {(commits.Count == 0 ? "none" : $"{commits.Min} to {commits.Max}")}. " +
        "It may not exist yet, or log retention or VACUUM has removed it; choose another spec.source.version in a new run.");

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<version>\d{20})\.json$", RegexOptions.None, 1000)]
    private static partial Regex Commit();

    // Classic, in parts (n.checkpoint.i.of.parquet), and V2 with a UUID.
    [GeneratedRegex(@"^(?<version>\d{20})\.checkpoint(?:\.\d{10}\.(?<of>\d{10})\.parquet|\.[0-9a-fA-F-]{36}\.(?:json|parquet)|\.parquet)$", RegexOptions.None, 1000)]
    private static partial Regex Checkpoint();
}
