using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs;

/// <summary>Whether a run may have an effect now, and if not, why.</summary>
public abstract record GrantVerdict
{
    private GrantVerdict()
    {
    }

    /// <summary>Effects are allowed.</summary>
    public sealed record Allowed : GrantVerdict;

    /// <summary>Not now: the grant has to be made, checked, or checked again.</summary>
    public sealed record NotYet(string Reason, string Message) : GrantVerdict;

    /// <summary>No: the grant is refused, has ended, or does not cover the run.</summary>
    public sealed record Refused(string Reason, string Message) : GrantVerdict;
}

/// <summary>
/// The rule that governs every effect (invariants I1 and I5): a positive check of a grant in the run's own namespace,
/// younger than the grant's interval, that covers the run's table and schemas. A pure function.
/// </summary>
public static class GrantGate
{
    /// <summary>Judges.</summary>
    public static GrantVerdict Judge(RunIdentity id, FineTuneRunSpec spec, Profile profile, DatasetGrant? grant, DateTimeOffset now)
    {
        if (!profile.Allows(id.Namespace))
        {
            return new GrantVerdict.Refused(
                Reasons.NamespaceNotAllowed,
                $"Profile '{profile.Name}' does not allow namespace '{id.Namespace}'. Ask the platform team to add the namespace to the profile, or use another profile.");
        }

        if (profile.Catalog.Flavor is CatalogFlavor.OpenSource)
        {
            // Said now rather than in the last stage, after the training has been paid for.
            return new GrantVerdict.Refused(
                Reasons.InvalidSpec,
                $"Profile '{profile.Name}' has a catalog of flavor OpenSource, which keeps no lineage and no model aliases, so no run can finish there. Use a profile of flavor Databricks.");
        }

        if (grant is null || grant.Metadata.DeletionTimestamp is not null)
        {
            return new GrantVerdict.NotYet(
                Reasons.GrantNotFound,
                $"DatasetGrant '{spec.Grant}' does not exist in namespace '{id.Namespace}'. A grant of another namespace cannot be used; ask a data steward to apply one here.");
        }

        return Mismatch(id, spec, grant) ?? Verdict(grant, now);
    }

    private static GrantVerdict.Refused? Mismatch(RunIdentity id, FineTuneRunSpec spec, DatasetGrant grant)
    {
        var name = $"DatasetGrant '{id.Namespace}/{grant.Metadata.Name}'";
        if (grant.Spec.Profile != spec.Profile)
        {
            return new GrantVerdict.Refused(
                Reasons.ProfileMismatch,
                $"{name} is for profile '{grant.Spec.Profile}', the run for profile '{spec.Profile}'. Both must name the same one.");
        }

        if (!grant.Spec.Tables.Contains(spec.Source.Table, StringComparer.OrdinalIgnoreCase))
        {
            return new GrantVerdict.Refused(
                Reasons.TableNotGranted,
                $"{name} does not cover table '{spec.Source.Table}'; it covers {string.Join(", ", grant.Spec.Tables)}. Ask the data steward to add the table to spec.tables.");
        }

        var output = Schema(spec.Preprocessing.OutputTable);
        if (!grant.Spec.WriteSchemas.Contains(output, StringComparer.OrdinalIgnoreCase))
        {
            return new GrantVerdict.Refused(
                Reasons.SchemaNotGranted,
                $"{name} does not let runs create tables in schema '{output}'; it allows {string.Join(", ", grant.Spec.WriteSchemas)} (spec.writeSchemas).");
        }

        var registry = Schema(spec.Registry.Model);
        return grant.Spec.ModelSchemas.Contains(registry, StringComparer.OrdinalIgnoreCase)
            ? null
            : new GrantVerdict.Refused(
                Reasons.SchemaNotGranted,
                $"{name} does not let runs register models in schema '{registry}'; it allows {string.Join(", ", grant.Spec.ModelSchemas)} (spec.modelSchemas).");
    }

    private static GrantVerdict Verdict(DatasetGrant grant, DateTimeOffset now)
    {
        var name = $"DatasetGrant '{grant.Metadata.NamespaceProperty}/{grant.Metadata.Name}'";
        if (Times.Moment(grant.Spec.ExpiresAt) is { } end && end <= now)
        {
            return new GrantVerdict.Refused(Reasons.GrantExpired, $"{name} ended at {end:yyyy-MM-ddTHH:mm:ssZ} (spec.expiresAt). Ask the data steward to extend it.");
        }

        var status = grant.Status;
        if (status?.Phase is null or DatasetGrantPhase.Pending || status.ObservedGeneration != grant.Metadata.Generation)
        {
            return new GrantVerdict.NotYet(Reasons.GrantPending, $"{name} has not been checked against Unity Catalog yet.");
        }

        if (status.Phase is DatasetGrantPhase.Denied)
        {
            var ready = Conditions.Find(status.Conditions, ConditionTypes.Ready);
            return new GrantVerdict.Refused(ready?.Reason ?? Reasons.PrivilegeMissing, $"{name} is denied: {ready?.Message}");
        }

        if (status.Phase is DatasetGrantPhase.Expired)
        {
            return new GrantVerdict.Refused(Reasons.GrantExpired, $"{name} has ended (spec.expiresAt). Ask the data steward to extend it.");
        }

        if (status.Phase is not DatasetGrantPhase.Granted)
        {
            var ready = Conditions.Find(status.Conditions, ConditionTypes.Ready);
            return new GrantVerdict.NotYet(ready?.Reason ?? Reasons.GrantPending, $"{name} cannot be judged now: {ready?.Message}");
        }

        var interval = KubernetesDuration.Parse(grant.Spec.RecheckInterval);
        return Times.Moment(status.LastCheckedAt) is { } checkedAt && now - checkedAt <= interval
            ? new GrantVerdict.Allowed()
            : new GrantVerdict.NotYet(Reasons.GrantStale, $"{name} was last checked longer ago than its interval of {grant.Spec.RecheckInterval}; waiting for the next check.");
    }

    private static string Schema(string threePartName) => threePartName[..threePartName.LastIndexOf('.')];
}
