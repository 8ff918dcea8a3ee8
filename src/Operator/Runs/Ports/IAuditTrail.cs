using GovernedFinetune.Entities;

namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>What kind of line it is.</summary>
public enum AuditKind
{
    /// <summary>A change outside, written before it is done.</summary>
    Effect,

    /// <summary>The run was refused before anything was started.</summary>
    Denial,

    /// <summary>The grant was lost during the run.</summary>
    Revocation,

    /// <summary>The run ended.</summary>
    Outcome,
}

/// <summary>The grant check that a line relied on.</summary>
/// <param name="Name">Name of the grant.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Digest">Digest over the checks as seen.</param>
/// <param name="CheckedAt">When they were seen.</param>
/// <param name="Principal">Who the jobs act as.</param>
/// <param name="Purpose">What the grant is for.</param>
public sealed record AuditGrant(string Name, string? Uid, string? Digest, DateTime? CheckedAt, string? Principal, string? Purpose);

/// <summary>One thing to record.</summary>
/// <param name="Kind">What kind of line it is.</param>
/// <param name="Action">What was done or refused.</param>
/// <param name="Target">What it was done to.</param>
/// <param name="Attempt">The run's attempt.</param>
/// <param name="Grant">The grant check that it relied on; null when there is no grant.</param>
/// <param name="Detail">Names, versions and digests; never a secret.</param>
public sealed record AuditEvent(
    AuditKind Kind,
    string Action,
    string Target,
    int Attempt,
    AuditGrant? Grant,
    IReadOnlyDictionary<string, string> Detail);

/// <summary>The append-only, hash-chained record of a run. Every failure is an <see cref="Failures.OperatorException"/>.</summary>
public interface IAuditTrail
{
    /// <summary>
    /// Appends a line and gives the record's new head. The same event twice in a row, as after a crash or a retry, is one
    /// line.
    /// </summary>
    Task<AuditStatus> AppendAsync(RunScope scope, AuditEvent happened, DateTimeOffset now, CancellationToken cancellationToken);
}
