using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Grants;

public class GrantReconcilerTests
{
    private readonly FakeTimeProvider _clock = new(Samples.Start);
    private readonly FakePrivileges _catalog = new();
    private readonly DatasetGrant _grant = Samples.Grant();
    private Profile _profile = Samples.Profile;

    private DatasetGrantStatus Status => _grant.Status;

    private Condition Ready => Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready);

    /// <summary>Reconciles, and holds the status that comes of it against the rules.</summary>
    private async Task<TimeSpan> ReconcileAsync()
    {
        var before = _grant.Status;
        var after = StatusPatch.Copy(before);
        var next = await new GrantReconciler(new ProfileSet([_profile]), _catalog, new GrantChecker(), _clock).ReconcileAsync(_grant, after, CancellationToken.None);
        _grant.Status = after;
        KStatus.Check(after.Conditions!, before.Conditions, _grant.Metadata.Generation, _clock.GetUtcNow());
        Assert.True(next > TimeSpan.Zero, "A grant is always looked at again.");
        return next;
    }

    [Fact]
    public async Task A_good_grant_is_granted_with_a_digest_and_checked_again_at_four_fifths_of_its_interval()
    {
        Assert.Equal(TimeSpan.FromMinutes(4), await ReconcileAsync());
        Assert.Equal((DatasetGrantPhase.Granted, 0, 1L), (Status.Phase, Status.Missing, Status.ObservedGeneration));
        Assert.Equal(Samples.Start.UtcDateTime, Status.LastCheckedAt);
        Assert.Equal(Samples.Start.AddMinutes(4).UtcDateTime, Status.NextCheckAt);
        Assert.Matches("^sha256:[0-9a-f]{64}$", Status.Digest);
        Assert.IsType<GrantVerdict.Allowed>(GrantGate.Judge(Seen.Id, Samples.Run().Spec, Samples.Profile, _grant, _clock.GetUtcNow()));
    }

    [Fact]
    public async Task Before_it_is_due_a_grant_is_not_checked_again()
    {
        _ = await ReconcileAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromMinutes(3), await ReconcileAsync());
        Assert.Equal(1, _catalog.Asked);

        _clock.Advance(TimeSpan.FromMinutes(3));
        _ = await ReconcileAsync();
        Assert.Equal(2, _catalog.Asked);
    }

    [Fact]
    public async Task A_run_under_way_never_sees_a_check_that_is_too_old_while_the_catalog_answers()
    {
        var next = await ReconcileAsync();
        for (var i = 0; i < 50; i++)
        {
            _clock.Advance(next);
            Assert.IsType<GrantVerdict.Allowed>(GrantGate.Judge(Seen.Id, Samples.Run().Spec, Samples.Profile, _grant, _clock.GetUtcNow()));
            next = await ReconcileAsync();
        }
    }

    [Fact]
    public async Task An_edit_is_checked_at_once()
    {
        _ = await ReconcileAsync();
        _grant.Spec.Purpose = "another";
        _grant.Metadata.Generation = 2;
        _ = await ReconcileAsync();
        Assert.Equal((2, 2L), (_catalog.Asked, Status.ObservedGeneration));
    }

    [Fact]
    public async Task A_missing_privilege_denies_with_the_SQL_and_a_later_one_grants()
    {
        _catalog.Take("schema", "finance.ml", "CREATE_MODEL");
        _ = await ReconcileAsync();
        Assert.Equal((DatasetGrantPhase.Denied, 1, Reasons.PrivilegeMissing), (Status.Phase, Status.Missing, Ready.Reason));
        Assert.Contains($"GRANT CREATE MODEL ON SCHEMA finance.ml TO `{Samples.Principal}`", Ready.Message, StringComparison.Ordinal);
        Assert.Contains(Status.Conditions!, c => c.Type == ConditionTypes.Stalled);
        var denied = Status.Digest;

        _catalog.Give("schema", "finance.ml", new("CREATE_MODEL", Samples.Principal, null));
        _clock.Advance(TimeSpan.FromMinutes(5));
        _ = await ReconcileAsync();
        Assert.Equal(DatasetGrantPhase.Granted, Status.Phase);
        Assert.NotEqual(denied, Status.Digest);
        Assert.DoesNotContain(Status.Conditions!, c => c.Type == ConditionTypes.Stalled);
    }

    [Fact]
    public async Task Many_missing_privileges_are_counted_and_the_first_three_are_told()
    {
        foreach (var (type, name, privilege) in FakePrivileges.Needed)
        {
            _catalog.Take(type, name, privilege);
        }

        (_catalog.TableVend, _catalog.PathVend) = (new(false, "SELECT", ""), new(false, "READ_FILES", ""));
        _ = await ReconcileAsync();
        Assert.Equal(FakePrivileges.Needed.Length, Status.Missing);
        Assert.Contains($"and {FakePrivileges.Needed.Length - 3} more, see status.checks", Ready.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_catalog_is_away_the_old_result_stands_with_its_own_time()
    {
        _ = await ReconcileAsync();
        var (digest, checkedAt) = (Status.Digest, Status.LastCheckedAt);
        _clock.Advance(TimeSpan.FromMinutes(4));
        _catalog.Away = OperatorException.Transient(Reasons.ServiceUnavailable, "503");
        Assert.Equal(TimeSpan.FromSeconds(15), await ReconcileAsync());
        Assert.Equal((DatasetGrantPhase.Granted, digest, checkedAt), (Status.Phase, Status.Digest, Status.LastCheckedAt));
        Assert.Contains(Status.Conditions!, c => c is { Type: ConditionTypes.Reconciling, Reason: Reasons.ServiceUnavailable });

        // Good for as long as the check is young, and no longer.
        Assert.IsType<GrantVerdict.Allowed>(Judge());
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Reasons.GrantStale, Assert.IsType<GrantVerdict.NotYet>(Judge()).Reason);

        _catalog.Away = null;
        _ = await ReconcileAsync();
        Assert.IsType<GrantVerdict.Allowed>(Judge());
        Assert.DoesNotContain(Status.Conditions!, c => c.Type == ConditionTypes.Reconciling);
    }

    private GrantVerdict Judge() => GrantGate.Judge(Seen.Id, Samples.Run().Spec, Samples.Profile, _grant, _clock.GetUtcNow());

    [Fact]
    public async Task A_catalog_that_was_never_reached_leaves_the_grant_unknown()
    {
        _catalog.Away = OperatorException.Waiting(Reasons.Throttled, "429", TimeSpan.FromSeconds(40));
        Assert.Equal(TimeSpan.FromSeconds(40), await ReconcileAsync());
        Assert.Equal((DatasetGrantPhase.Unknown, "Unknown", null), (Status.Phase, Ready.Status, Status.LastCheckedAt));
        Assert.IsType<GrantVerdict.NotYet>(Judge());
    }

    [Fact]
    public async Task A_denied_grant_whose_catalog_goes_away_is_not_stalled_and_reconciling_at_once()
    {
        _catalog.Take("schema", "finance.ml", "CREATE_MODEL");
        _ = await ReconcileAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));
        _catalog.Away = OperatorException.Transient(Reasons.ServiceUnavailable, "503");
        _ = await ReconcileAsync();
        Assert.Equal((DatasetGrantPhase.Denied, Reasons.PrivilegeMissing), (Status.Phase, Ready.Reason));
    }

    [Fact]
    public async Task An_end_is_kept_to_the_second_and_asks_nobody()
    {
        _grant.Spec.ExpiresAt = Samples.Start.AddMinutes(3).UtcDateTime;
        Assert.Equal(TimeSpan.FromMinutes(3), await ReconcileAsync());
        _clock.Advance(TimeSpan.FromMinutes(3));
        _ = await ReconcileAsync();
        Assert.Equal((DatasetGrantPhase.Expired, Reasons.GrantExpired, 1), (Status.Phase, Ready.Reason, _catalog.Asked));

        _grant.Spec.ExpiresAt = Samples.Start.AddDays(1).UtcDateTime;
        _grant.Metadata.Generation = 2;
        _ = await ReconcileAsync();
        Assert.Equal(DatasetGrantPhase.Granted, Status.Phase);
    }

    [Fact]
    public async Task A_profile_that_is_unknown_or_excludes_the_namespace_denies_without_a_call()
    {
        _profile = Samples.Profile with { Namespaces = ["elsewhere"] };
        _ = await ReconcileAsync();
        Assert.Equal((DatasetGrantPhase.Denied, Reasons.NamespaceNotAllowed), (Status.Phase, Ready.Reason));

        _grant.Status = new DatasetGrantStatus();
        _profile = Samples.Profile with { Name = "other" };
        _ = await ReconcileAsync();
        Assert.Equal((DatasetGrantPhase.Denied, Reasons.ProfileNotFound), (Status.Phase, Ready.Reason));
        Assert.Contains("it has other", Ready.Message, StringComparison.Ordinal);
        Assert.Equal(0, _catalog.Asked);
    }

    [Fact]
    public async Task The_digest_is_that_of_what_was_seen_and_of_nothing_else()
    {
        _ = await ReconcileAsync();
        var first = Status.Digest;
        _clock.Advance(TimeSpan.FromMinutes(5));
        _ = await ReconcileAsync();
        Assert.Equal(first, Status.Digest);

        _catalog.Take("table", Samples.Source, "SELECT");
        _catalog.Give("table", Samples.Source, new("SELECT", "risk-team", null));
        _clock.Advance(TimeSpan.FromMinutes(5));
        _ = await ReconcileAsync();
        Assert.NotEqual(first, Status.Digest);
    }
}
