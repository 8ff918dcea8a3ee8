using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Grants;

/// <summary>Turns what a check found into phase and conditions. A pure function of its arguments.</summary>
public static class GrantSummary
{
    /// <summary>The grant was checked.</summary>
    public static void Checked(DatasetGrant grant, DatasetGrantStatus status, GrantFindings findings, DateTimeOffset now)
    {
        var missing = findings.Checks.Where(c => c.Result != CheckResult.Granted).ToList();
        status.Checks = [.. findings.Checks];
        status.Missing = missing.Count;
        status.LastCheckedAt = Times.Second(now);
        status.Digest = Digest(grant, findings);
        if (findings.Problem is { } problem)
        {
            Settled(grant, status, DatasetGrantPhase.Denied, problem.Reason, problem.Message, now);
        }
        else if (missing.Count > 0)
        {
            var first = string.Join("; ", missing.Take(3).Select(m => $"{m.Privilege} on {m.Securable} {m.Name} (mend with: {m.Fix})"));
            var rest = missing.Count > 3 ? $"; and {missing.Count - 3} more, see status.checks" : "";
            Settled(grant, status, DatasetGrantPhase.Denied, Reasons.PrivilegeMissing, $"Principal '{grant.Spec.Principal}' lacks {first}{rest}.", now);
        }
        else
        {
            Settled(grant, status, DatasetGrantPhase.Granted, Reasons.Granted, $"Principal '{grant.Spec.Principal}' has every privilege that the grant needs.", now);
        }
    }

    /// <summary>The grant's end has passed.</summary>
    public static void Expired(DatasetGrant grant, DatasetGrantStatus status, DateTimeOffset now) =>
        Settled(grant, status, DatasetGrantPhase.Expired, Reasons.GrantExpired, "spec.expiresAt has passed. Extend it, or delete the grant.", now);

    /// <summary>The grant cannot be used as it is; a person has to act.</summary>
    public static void Refused(DatasetGrant grant, DatasetGrantStatus status, GrantProblem problem, DateTimeOffset now) =>
        Settled(grant, status, DatasetGrantPhase.Denied, problem.Reason, problem.Message, now);

    /// <summary>
    /// The catalog could not be asked. What was found before still stands, with the time at which it was found: runs rely
    /// on it no longer than the grant's interval.
    /// </summary>
    public static void Unreachable(DatasetGrant grant, DatasetGrantStatus status, string reason, string message, DateTimeOffset now)
    {
        status.Phase ??= DatasetGrantPhase.Unknown;
        var conditions = status.Conditions ??= [];
        if (status.Phase is DatasetGrantPhase.Unknown)
        {
            Conditions.Set(conditions, ConditionTypes.Ready, "Unknown", reason, message, grant.Metadata.Generation, now);
        }

        // Not both at once (kstatus): what stalls the grant still stands in Ready.
        Conditions.Remove(conditions, ConditionTypes.Stalled);
        Conditions.Set(conditions, ConditionTypes.Reconciling, "True", reason, message, grant.Metadata.Generation, now);
    }

    private static void Settled(DatasetGrant grant, DatasetGrantStatus status, DatasetGrantPhase phase, string reason, string message, DateTimeOffset now)
    {
        status.Phase = phase;
        status.ObservedGeneration = grant.Metadata.Generation;
        var conditions = status.Conditions ??= [];
        var good = phase is DatasetGrantPhase.Granted;
        Conditions.Set(conditions, ConditionTypes.Ready, good ? "True" : "False", reason, message, grant.Metadata.Generation, now);
        Conditions.Remove(conditions, ConditionTypes.Reconciling);
        if (good)
        {
            Conditions.Remove(conditions, ConditionTypes.Stalled);
        }
        else
        {
            Conditions.Set(conditions, ConditionTypes.Stalled, "True", reason, message, grant.Metadata.Generation, now);
        }
    }

    private static string Digest(DatasetGrant grant, GrantFindings findings)
    {
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{grant.Metadata.Uid}|{grant.Metadata.Generation}|{grant.Spec.Profile}|{grant.Spec.Principal}\n");
        foreach (var check in findings.Checks)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{check.Securable}|{check.Name}|{check.Privilege}|{check.Result}|{check.Via}\n");
        }

        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
