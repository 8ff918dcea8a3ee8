using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

public class GrantGateTests
{
    private static readonly DateTimeOffset Now = Samples.Start;

    private static GrantVerdict Judge(DatasetGrant? grant, Action<FineTuneRunSpec>? run = null, Profile? profile = null, DateTimeOffset? now = null) =>
        GrantGate.Judge(Seen.Id, Samples.Run(run).Spec, profile ?? Samples.Profile, grant, now ?? Now);

    private static string Of(GrantVerdict verdict) => verdict switch
    {
        GrantVerdict.Allowed => "Allowed",
        GrantVerdict.NotYet notYet => $"NotYet {notYet.Reason}",
        GrantVerdict.Refused refused => $"Refused {refused.Reason}",
        _ => throw new InvalidOperationException(),
    };

    private static string Message(GrantVerdict verdict) => verdict is GrantVerdict.Refused refused ? refused.Message : ((GrantVerdict.NotYet)verdict).Message;

    [Fact]
    public void A_fresh_positive_check_that_covers_the_run_allows_it() => Assert.Equal("Allowed", Of(Judge(Samples.Checked(Now))));

    [Fact]
    public void A_catalog_that_keeps_no_lineage_is_refused_before_anything_is_paid_for()
    {
        var profile = Samples.Profile with { Catalog = Samples.Profile.Catalog with { Flavor = CatalogFlavor.OpenSource } };
        var verdict = Judge(Samples.Checked(Now), profile: profile);
        Assert.Equal("Refused InvalidSpec", Of(verdict));
        Assert.Contains("keeps no lineage", Message(verdict), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Verdicts => new()
    {
        { "no grant", "NotYet GrantNotFound", "'risk-factors' does not exist in namespace 'credit-risk'" },
        { "deleting", "NotYet GrantNotFound", "'risk-factors'" },
        { "profile", "Refused ProfileMismatch", "'other'" },
        { "table", "Refused TableNotGranted", Samples.Source },
        { "write schema", "Refused SchemaNotGranted", "spec.writeSchemas" },
        { "model schema", "Refused SchemaNotGranted", "spec.modelSchemas" },
        { "ended", "Refused GrantExpired", "spec.expiresAt" },
        { "unchecked", "NotYet GrantPending", "has not been checked" },
        { "edited", "NotYet GrantPending", "has not been checked" },
        { "denied", "Refused PrivilegeMissing", $"GRANT SELECT ON TABLE {Samples.Source}" },
        { "expired phase", "Refused GrantExpired", "spec.expiresAt" },
        { "unreachable", "NotYet ServiceUnavailable", "the catalog is away" },
        { "stale", "NotYet GrantStale", "5m" },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Each_way_to_be_kept_waiting_or_refused_has_its_reason_and_says_what_to_do(string grant, string expected, string says)
    {
        var verdict = Judge(Grant(grant));
        Assert.Equal(expected, Of(verdict));
        Assert.Contains(says, Message(verdict), StringComparison.Ordinal);
    }

    private static DatasetGrant? Grant(string kind)
    {
        var grant = kind switch
        {
            "no grant" => null,
            "profile" => Samples.Checked(Now, change: s => s.Profile = "other"),
            "table" => Samples.Checked(Now, change: s => s.Tables = ["finance.raw.else"]),
            "write schema" => Samples.Checked(Now, change: s => s.WriteSchemas = ["finance.else"]),
            "model schema" => Samples.Checked(Now, change: s => s.ModelSchemas = ["finance.else"]),
            "ended" => Samples.Checked(Now, change: s => s.ExpiresAt = Now.UtcDateTime),
            "unchecked" => Samples.Grant(),
            "denied" => Samples.Checked(Now, granted: false),
            "stale" => Samples.Checked(Now.AddMinutes(-5).AddSeconds(-1)),
            _ => Samples.Checked(Now),
        };
        switch (kind)
        {
            case "deleting":
                grant!.Metadata.DeletionTimestamp = Now.UtcDateTime;
                break;
            case "edited":
                grant!.Metadata.Generation = 2;
                break;
            case "expired phase":
                grant!.Status.Phase = DatasetGrantPhase.Expired;
                break;
            case "unreachable":
                grant!.Status = new DatasetGrantStatus { ObservedGeneration = 1 };
                GrantSummary.Unreachable(grant, grant.Status, Reasons.ServiceUnavailable, "the catalog is away", Now);
                break;
        }

        return grant;
    }

    [Fact]
    public void A_check_is_good_up_to_its_interval_and_not_a_second_longer()
    {
        Assert.Equal("Allowed", Of(Judge(Samples.Checked(Now), now: Now.AddMinutes(5))));
        Assert.Equal("NotYet GrantStale", Of(Judge(Samples.Checked(Now), now: Now.AddMinutes(5).AddSeconds(1))));
    }

    [Fact]
    public void A_namespace_that_the_profile_excludes_is_refused_whatever_the_grant_says()
    {
        var profile = Samples.Profile with { Namespaces = ["elsewhere"] };
        Assert.Equal("Refused NamespaceNotAllowed", Of(Judge(Samples.Checked(Now), profile: profile)));
        Assert.Equal("Refused NamespaceNotAllowed", Of(Judge(null, profile: profile)));
        Assert.Equal("Allowed", Of(Judge(Samples.Checked(Now), profile: profile with { Namespaces = ["*"] })));
    }

    [Fact]
    public void What_the_run_asks_for_is_compared_before_the_state_of_the_grant_so_that_a_mistake_is_told_at_once() =>
        Assert.Equal("Refused TableNotGranted", Of(Judge(Samples.Grant(), run => run.Source.Table = "finance.raw.else")));

    [Fact]
    public void An_end_that_has_passed_counts_before_a_check_that_is_missing() =>
        Assert.Equal("Refused GrantExpired", Of(Judge(Samples.Grant(s => s.ExpiresAt = Now.AddDays(-1).UtcDateTime))));

    [Fact]
    public void Names_are_compared_as_Unity_Catalog_does_without_regard_to_case() =>
        Assert.Equal("Allowed", Of(Judge(Samples.Checked(Now, change: s => s.Tables = [Samples.Source.ToUpperInvariant()]))));
}
