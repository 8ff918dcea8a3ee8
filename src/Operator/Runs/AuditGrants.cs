using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs;

/// <summary>Quotes the grant of a run in its audit record.</summary>
public static class AuditGrants
{
    /// <summary>The grant check as it is now; null when the run has no grant.</summary>
    public static AuditGrant? Of(RunScope scope) => scope.Grant is not { } grant
        ? null
        : new AuditGrant(
            grant.Metadata.Name,
            grant.Metadata.Uid,
            grant.Status?.Digest,
            grant.Status?.LastCheckedAt,
            grant.Spec.Principal,
            grant.Spec.Purpose);
}
