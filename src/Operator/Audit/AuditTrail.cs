using System.Collections.Concurrent;
using System.Globalization;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Audit;

/// <summary>
/// Keeps each run's record in the artifacts bucket, one object a line (<c>00000001.json</c>), created with
/// <c>If-None-Match: *</c> so that no line is ever overwritten.
/// </summary>
public sealed class AuditTrail(string actor) : IAuditTrail, ITermMemory
{
    private const int MaxLineBytes = 256 * 1024;

    // The head of every run that this process has written for: saves reading it back before each line.
    private readonly ConcurrentDictionary<string, Head> _heads = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<AuditStatus> AppendAsync(RunScope scope, AuditEvent happened, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var folder = RunNames.Audit(scope.Profile.Storage.Artifacts, scope.Id);
        var artifacts = scope.Services.Artifacts;
        var head = await HeadAsync(scope, folder, cancellationToken);
        while (head.Line?.Repeats(happened) != true)
        {
            var line = new AuditLine(
                1,
                head.Sequence + 1,
                now,
                actor,
                new AuditRun(scope.Id.Uid, scope.Id.Namespace, scope.Id.Name),
                happened.Attempt,
                happened.Kind,
                happened.Action,
                happened.Target,
                happened.Grant,
                happened.Detail,
                head.Digest);
            var (text, digest) = line.Seal();
            var location = Location(folder, line.Sequence);
            head = await artifacts.PutNewAsync(location, text, "application/json", cancellationToken)
                ? new Head(line.Sequence, digest, line)
                : await ReadAsync(artifacts, location, line.Sequence, cancellationToken)
                    ?? throw OperatorException.Transient(Reasons.ServiceUnavailable, $"Audit line {location} is there and cannot be read.");
        }

        if (happened.Kind is AuditKind.Outcome or AuditKind.Denial)
        {
            _ = _heads.TryRemove(scope.Id.Uid, out _);
        }
        else
        {
            _heads[scope.Id.Uid] = head;
        }

        return new AuditStatus { Uri = folder.ToString(), Entries = head.Sequence, HeadDigest = head.Digest };
    }

    /// <inheritdoc />
    public void Forget() => _heads.Clear();

    private static S3Location Location(S3Location folder, long sequence) =>
        folder.Append(sequence.ToString("D8", CultureInfo.InvariantCulture) + ".json");

    private static async Task<Head?> ReadAsync(IArtifactStore artifacts, S3Location location, long sequence, CancellationToken cancellationToken)
    {
        if (await artifacts.GetAsync(location, MaxLineBytes, cancellationToken) is not { } text)
        {
            return null;
        }

        try
        {
            var (line, digest) = AuditLine.Open(text);
            return new Head(sequence, digest, line);
        }
        catch (FormatException e)
        {
            throw OperatorException.Terminal(Reasons.Conflict, $"Audit line {location} was tampered with: {e.Message}. The run is not continued.");
        }
    }

    private async Task<Head> HeadAsync(RunScope scope, S3Location folder, CancellationToken cancellationToken)
    {
        if (_heads.TryGetValue(scope.Id.Uid, out var known))
        {
            return known;
        }

        // After a restart the status tells how far the record got; lines written since then are found as we append.
        var entries = scope.Status.Audit?.Entries ?? 0;
        return entries == 0
            ? new Head(0, null, null)
            : await ReadAsync(scope.Services.Artifacts, Location(folder, entries), entries, cancellationToken)
                ?? throw OperatorException.Terminal(Reasons.Conflict, $"Audit line {Location(folder, entries)} has disappeared. The run is not continued.");
    }

    private sealed record Head(long Sequence, string? Digest, AuditLine? Line);
}
