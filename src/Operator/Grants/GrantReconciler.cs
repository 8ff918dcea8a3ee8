using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Grants;

/// <summary>Keeps a grant's status true: checks it when it is new, changed, or due.</summary>
public sealed class GrantReconciler(ProfileSet profiles, IPrivilegeReaderFactory readers, GrantChecker checker, TimeProvider clock)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(15);

    /// <summary>Brings the status up to date and gives the time of the next look.</summary>
    public async Task<TimeSpan> ReconcileAsync(DatasetGrant grant, DatasetGrantStatus status, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var interval = KubernetesDuration.Parse(grant.Spec.RecheckInterval);
        if (Times.Moment(grant.Spec.ExpiresAt) is { } end && end <= now)
        {
            GrantSummary.Expired(grant, status, now);
            status.NextCheckAt = null;
            return TimeSpan.FromHours(1);
        }

        if (status.ObservedGeneration == grant.Metadata.Generation && Times.Moment(status.NextCheckAt) is { } due && due > now)
        {
            return Earlier(due - now, grant, now);
        }

        if (Obstacle(grant) is { } obstacle)
        {
            GrantSummary.Refused(grant, status, obstacle, now);
            status.NextCheckAt = Times.Second(now + interval);
            return interval;
        }

        return await CheckAsync(grant, status, interval, cancellationToken);
    }

    private async Task<TimeSpan> CheckAsync(DatasetGrant grant, DatasetGrantStatus status, TimeSpan interval, CancellationToken cancellationToken)
    {
        var profile = profiles.Find(grant.Spec.Profile)!;
        try
        {
            // Taken before the first question: a check is as old as its oldest answer.
            var asked = clock.GetUtcNow();
            var findings = await checker.CheckAsync(grant.Spec, profile, readers.For(profile), cancellationToken);
            GrantSummary.Checked(grant, status, findings, asked);

            // Earlier than the interval, so that runs under way never see a check that is too old.
            var next = interval * 0.8;
            status.NextCheckAt = Times.Second(asked + next);
            return Earlier(next, grant, asked);
        }
        catch (OperatorException e) when (e.Kind is not FailureKind.Fenced)
        {
            var wait = e.RetryAfter ?? RetryAfter;
            GrantSummary.Unreachable(grant, status, e.Reason, e.Message, clock.GetUtcNow());
            status.NextCheckAt = null;
            return wait;
        }
    }

    private GrantProblem? Obstacle(DatasetGrant grant)
    {
        if (profiles.Find(grant.Spec.Profile) is not { } profile)
        {
            return new GrantProblem(Reasons.ProfileNotFound, $"The operator has no profile '{grant.Spec.Profile}'; it has {profiles.Names}.");
        }

        return profile.Allows(grant.Metadata.NamespaceProperty)
            ? null
            : new GrantProblem(
                Reasons.NamespaceNotAllowed,
                $"Profile '{profile.Name}' does not allow namespace '{grant.Metadata.NamespaceProperty}'. Ask the platform team to add the namespace to the profile.");
    }

    private static TimeSpan Earlier(TimeSpan wait, DatasetGrant grant, DateTimeOffset now) =>
        Times.Moment(grant.Spec.ExpiresAt) is { } end && end - now < wait ? end - now : wait;
}
