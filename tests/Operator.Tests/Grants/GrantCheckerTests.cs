using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Grants;

public class GrantCheckerTests
{
    private static readonly TrialVend Refused = new(false, null, "nope");
    private readonly FakePrivileges _catalog = new();

    private Task<GrantFindings> CheckAsync() => new GrantChecker().CheckAsync(Samples.Grant().Spec, Samples.Profile, _catalog, CancellationToken.None);

    private async Task<PrivilegeCheck> RowAsync(string name, string privilege) =>
        (await CheckAsync()).Checks.Single(c => c.Name == name && c.Privilege == privilege);

    private async Task<PrivilegeCheck> OnlyMissingAsync() => (await CheckAsync()).Checks.Single(c => c.Result != CheckResult.Granted);

    /// <summary>Nothing is vended, so the rows alone decide.</summary>
    private void VendNothing(string? table = "SELECT", string? path = "READ_FILES") =>
        (_catalog.TableVend, _catalog.PathVend) = (new TrialVend(false, table, "denied"), new TrialVend(false, path, "denied"));

    [Fact]
    public async Task With_every_privilege_each_row_is_granted_and_says_where_it_comes_from()
    {
        var findings = await CheckAsync();
        Assert.Null(findings.Problem);
        Assert.All(findings.Checks, c => Assert.Equal((CheckResult.Granted, null), (c.Result, c.Fix)));
        Assert.All(findings.Checks, c => Assert.NotEmpty(c.Via!));
        Assert.Equal(FakePrivileges.Needed.Length + 1, findings.Checks.Count);
    }

    [Fact]
    public async Task No_row_is_there_twice_because_the_list_is_a_map_of_its_keys()
    {
        _catalog.TableVend = _catalog.PathVend = Refused;
        var spec = Samples.Grant(s =>
        {
            s.Tables = [Samples.Source, "finance.raw.other"];
            s.WriteSchemas = ["finance.raw", "finance.curated"];
            s.ModelSchemas = ["finance.raw", "finance.curated"];
        }).Spec;
        var checks = (await new GrantChecker().CheckAsync(spec, Samples.Profile, _catalog, CancellationToken.None)).Checks;
        Assert.Equal(checks.Count, checks.Select(c => (c.Securable, c.Name, c.Privilege)).Distinct().Count());
    }

    public static TheoryData<string, string, string> All
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var (type, name, privilege) in FakePrivileges.Needed)
            {
                rows.Add(type, name, privilege);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Each_privilege_that_is_missing_is_one_row_with_the_SQL_that_grants_it(string type, string name, string privilege)
    {
        // Refused for that very privilege, or the trial would prove that the rows are wrong.
        _catalog.Take(type, name, privilege);
        (_catalog.TableVend, _catalog.PathVend) = (new TrialVend(false, privilege, ""), new TrialVend(false, privilege, ""));
        var row = (await CheckAsync()).Checks.Single(c => c.Securable == type && c.Name == name && c.Privilege == privilege);
        Assert.Equal((CheckResult.Missing, null), (row.Result, row.Via));
        var target = type == "metastore" ? "METASTORE" : $"{type.Replace('_', ' ').ToUpperInvariant()} {name}";
        Assert.Equal($"GRANT {privilege.Replace('_', ' ')} ON {target} TO `{Samples.Principal}`", row.Fix);
    }

    [Fact]
    public async Task An_owner_needs_no_row()
    {
        VendNothing("EXTERNAL_USE_SCHEMA", "EXTERNAL_USE_LOCATION");
        _catalog.Take("schema", "finance.curated", "CREATE_TABLE");
        _catalog.Owners["finance.curated"] = Samples.Principal.ToUpperInvariant();
        Assert.Equal((CheckResult.Granted, "owner of schema finance.curated"), (await RowAsync("finance.curated", "CREATE_TABLE")) switch { var r => (r.Result, r.Via) });
    }

    [Fact]
    public async Task Somebody_else_s_property_is_no_right()
    {
        _catalog.Take("schema", "finance.curated", "CREATE_TABLE");
        _catalog.Owners["finance.curated"] = "data-stewards";
        Assert.Equal("CREATE_TABLE", (await OnlyMissingAsync()).Privilege);
    }

    [Theory]
    [InlineData("schema", "finance.curated", "CREATE_TABLE", CheckResult.Granted)]
    [InlineData("table", Samples.Source, "SELECT", CheckResult.Granted)]
    [InlineData("schema", "finance.curated", "EXTERNAL_USE_SCHEMA", CheckResult.Missing)]
    [InlineData("external_location", "governed", "EXTERNAL_USE_LOCATION", CheckResult.Missing)]
    public async Task All_privileges_and_ownership_stand_for_everything_but_what_is_never_implied(string type, string name, string privilege, CheckResult expected)
    {
        VendNothing(null, null);
        _catalog.Take(type, name, privilege);
        _catalog.Give(type, name, new EffectivePrivilege("ALL_PRIVILEGES", Samples.Principal, null));
        _catalog.Owners[name] = Samples.Principal;
        var row = await RowAsync(name, privilege);
        Assert.Equal(expected, row.Result);
        if (expected is CheckResult.Granted)
        {
            Assert.Equal($"ALL PRIVILEGES on {type} {name}", row.Via);
        }
    }

    [Fact]
    public async Task An_inherited_privilege_says_from_where_and_a_group_s_through_which_group()
    {
        _catalog.Take("table", Samples.Source, "SELECT");
        _catalog.Give("table", Samples.Source, new EffectivePrivilege("SELECT", "risk-team", new Securable("schema", "finance.raw")));
        Assert.Equal("schema finance.raw, as member of risk-team", (await RowAsync(Samples.Source, "SELECT")).Via);
    }

    [Fact]
    public async Task What_was_vended_is_granted_whatever_the_rows_say()
    {
        _catalog.Take("table", Samples.Source, "SELECT");
        _catalog.Take("schema", "finance.raw", "EXTERNAL_USE_SCHEMA");
        _catalog.Take("external_location", "governed", "WRITE_FILES");
        Assert.All((await CheckAsync()).Checks, c => Assert.Equal(CheckResult.Granted, c.Result));
        Assert.Equal(("trial vend", null), (await RowAsync(Samples.Source, "SELECT")) switch { var r => (r.Via, r.Fix) });
    }

    [Fact]
    public async Task A_vend_proves_nothing_about_what_it_does_not_need()
    {
        _catalog.Take("schema", "finance.curated", "CREATE_TABLE");
        _catalog.Take("external_location", "governed", "CREATE_EXTERNAL_TABLE");
        _catalog.Take("schema", "finance.ml", "CREATE_MODEL");
        Assert.Equal(3, (await CheckAsync()).Checks.Count(c => c.Result is CheckResult.Missing));
    }

    [Fact]
    public async Task What_was_refused_for_a_privilege_is_missing_whatever_the_rows_say()
    {
        _catalog.TableVend = new TrialVend(false, "EXTERNAL_USE_SCHEMA", "User lacks EXTERNAL USE SCHEMA");
        var row = await OnlyMissingAsync();
        Assert.Equal(("finance.raw", "EXTERNAL_USE_SCHEMA"), (row.Name, row.Privilege));
        Assert.StartsWith("GRANT EXTERNAL USE SCHEMA ON SCHEMA finance.raw", row.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_that_no_row_explains_is_a_row_with_the_catalog_s_own_words()
    {
        _catalog.TableVend = new TrialVend(false, null, "Table has a row filter. " + new string('x', 5000));
        var row = await OnlyMissingAsync();
        Assert.Equal((Samples.Source, "VEND"), (row.Name, row.Privilege));
        Assert.Contains("Table has a row filter.", row.Fix, StringComparison.Ordinal);
        Assert.InRange(row.Fix!.Length, 1, 2048);
    }

    [Fact]
    public async Task A_securable_that_cannot_be_seen_lacks_everything_that_is_needed_on_it()
    {
        VendNothing();
        _ = _catalog.Held.Remove(new Securable("schema", "finance.ml"));
        _catalog.Owners["finance.ml"] = Samples.Principal;
        var checks = (await CheckAsync()).Checks.Where(c => c.Name == "finance.ml").ToList();
        Assert.Equal(2, checks.Count);
        Assert.All(checks, c => Assert.Equal(CheckResult.Missing, c.Result));
    }

    [Fact]
    public async Task The_metastore_s_switch_is_a_row_that_no_GRANT_can_mend()
    {
        _catalog.ExternalAccess = false;
        var row = await OnlyMissingAsync();
        Assert.Equal(("metastore", "EXTERNAL_ACCESS"), (row.Securable, row.Privilege));
        Assert.Contains("metastore admin", row.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_principal_than_the_credential_s_is_told_with_both_names_and_nothing_else_is_asked()
    {
        _catalog.Me = "somebody-else";
        var findings = await CheckAsync();
        Assert.Equal(Reasons.PrincipalMismatch, findings.Problem!.Reason);
        Assert.Contains("somebody-else", findings.Problem.Message, StringComparison.Ordinal);
        Assert.Contains(Samples.Principal, findings.Problem.Message, StringComparison.Ordinal);
        Assert.Empty(findings.Checks);
    }

    [Fact]
    public void Names_that_SQL_would_misread_are_quoted()
    {
        var fix = new Requirement(new Securable("table", "fin-ance.raw.risk_factors"), "SELECT").Fix("me");
        Assert.Equal("GRANT SELECT ON TABLE `fin-ance`.raw.risk_factors TO `me`", fix);
    }
}
