using GovernedFinetune.Operator.Catalog.Privileges;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class PrivilegeReaderTests : IDisposable
{
    private const string Uc = "/api/2.1/unity-catalog";
    private const string Me = "/api/2.0/preview/scim/v2/Me";
    private static readonly Securable Table = new("table", "finance.raw.t");
    private readonly FakeCatalog _catalog = new();
    private readonly PrivilegeReader _reader;

    public PrivilegeReaderTests() =>
        _reader = new PrivilegeReader(_catalog.Client, new CallerReader(_catalog.Client, Me), new EffectivePermissions(_catalog.Client));

    public void Dispose() => _catalog.Dispose();

    [Theory]
    [InlineData("""{"userName":"7a1f","displayName":"runner"}""")]
    [InlineData("""{"applicationId":"7a1f","userName":"runner"}""")]
    public async Task The_principal_is_the_application_id(string answer)
    {
        _catalog.Answer($"GET {Me}", answer);
        Assert.Equal("7a1f", await _reader.WhoAmIAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_caller_without_a_name_is_no_principal()
    {
        _catalog.Answer($"GET {Me}", "{}");
        await Failing.WithAsync(FailureKind.Transient, Reasons.ServiceUnavailable, () => _reader.WhoAmIAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"metastore_id":"m-1","external_access_enabled":true}""", true)]
    [InlineData("""{"metastore_id":"m-1"}""", false)]
    public async Task An_absent_switch_is_off(string answer, bool enabled)
    {
        _catalog.Answer($"GET {Uc}/metastore_summary", answer);
        Assert.Equal(new Metastore("m-1", enabled), await _reader.GetMetastoreAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Effective_privileges_are_read_over_all_pages_with_where_they_come_from()
    {
        var route = $"GET {Uc}/effective-permissions/table/finance.raw.t";
        _catalog.Answer(route, """
                {"privilege_assignments":[{"principal":"7a1f","privileges":[{"privilege":"SELECT"},{"privilege":"USE SCHEMA","inherited_from_type":"SCHEMA","inherited_from_name":"finance.raw"}]}],
                 "next_page_token":"p2"}
                """)
            .Answer(route, """{"privilege_assignments":[{"principal":"analysts","privileges":[{"privilege":"ALL_PRIVILEGES","inherited_from_type":"CATALOG","inherited_from_name":"finance"}]}]}""");
        Assert.Equal(
            [
                new EffectivePrivilege("SELECT", "7a1f", null),
                new EffectivePrivilege("USE_SCHEMA", "7a1f", new Securable("schema", "finance.raw")),
                new EffectivePrivilege("ALL_PRIVILEGES", "analysts", new Securable("catalog", "finance")),
            ],
            await _reader.GetEffectiveAsync(Table, "7a1f", CancellationToken.None));
        Assert.Equal([$"{route}?principal=7a1f&max_results=0", $"{route}?principal=7a1f&max_results=0&page_token=p2"], _catalog.Lines);
    }

    [Fact]
    public async Task Models_are_asked_for_as_functions()
    {
        _catalog.Answer($"GET {Uc}/effective-permissions/function/finance.ml.m", "{}");
        Assert.Empty((await _reader.GetEffectiveAsync(new Securable("registered_model", "finance.ml.m"), "7a1f", CancellationToken.None))!);
    }

    [Fact]
    public async Task A_securable_that_does_not_exist_has_no_answer()
    {
        _catalog.Answer($"GET {Uc}/effective-permissions/table/finance.raw.t", 404, """{"error_code":"TABLE_DOES_NOT_EXIST"}""");
        Assert.Null(await _reader.GetEffectiveAsync(Table, "7a1f", CancellationToken.None));
    }

    [Fact]
    public async Task A_principal_in_groups_has_what_its_groups_have()
    {
        var route = $"GET {Uc}/effective-permissions/table/finance.raw.t";
        _catalog.Answer($"GET {Me}", """{"userName":"7a1f","groups":[{"display":"analysts","value":"1"}]}""")
            .Answer(route, """{"privilege_assignments":[{"principal":"7a1f","privileges":[{"privilege":"USE_SCHEMA"}]}]}""")
            .Answer(route, """
                {"privilege_assignments":[{"principal":"7a1f","privileges":[{"privilege":"USE_SCHEMA"}]},{"principal":"analysts","privileges":[{"privilege":"SELECT"}]},
                 {"principal":"strangers","privileges":[{"privilege":"MODIFY"}]},{"principal":"account users","privileges":[{"privilege":"BROWSE"}]}]}
                """);
        await _reader.WhoAmIAsync(CancellationToken.None);
        var rows = await _reader.GetEffectiveAsync(Table, "7a1f", CancellationToken.None);
        Assert.Equal(["USE_SCHEMA by 7a1f", "SELECT by analysts", "BROWSE by account users"], rows!.Select(r => $"{r.Privilege} by {r.Principal}"));
    }

    [Fact]
    public async Task Groups_are_not_asked_for_again_when_the_filter_follows_them()
    {
        _catalog.Answer($"GET {Me}", """{"userName":"7a1f","groups":[{"display":"analysts"}]}""")
            .Answer($"GET {Uc}/effective-permissions/table/finance.raw.t", """{"privilege_assignments":[{"principal":"analysts","privileges":[{"privilege":"SELECT"}]}]}""");
        await _reader.WhoAmIAsync(CancellationToken.None);
        Assert.Single((await _reader.GetEffectiveAsync(Table, "7a1f", CancellationToken.None))!);
        Assert.Equal(2, _catalog.Sent.Count);
    }

    [Fact]
    public async Task Not_being_allowed_to_see_others_rows_leaves_ones_own()
    {
        var route = $"GET {Uc}/effective-permissions/table/finance.raw.t";
        _catalog.Answer($"GET {Me}", """{"userName":"7a1f","groups":[{"display":"analysts"}]}""")
            .Answer(route, """{"privilege_assignments":[{"principal":"7a1f","privileges":[{"privilege":"SELECT"}]}]}""")
            .Answer(route, 403, """{"error_code":"PERMISSION_DENIED"}""");
        await _reader.WhoAmIAsync(CancellationToken.None);
        Assert.Single((await _reader.GetEffectiveAsync(Table, "7a1f", CancellationToken.None))!);
    }

    [Fact]
    public async Task Not_being_allowed_to_look_at_all_is_a_denial()
    {
        _catalog.Answer($"GET {Uc}/effective-permissions/table/finance.raw.t", 403, """{"error_code":"PERMISSION_DENIED"}""");
        await Failing.WithAsync(FailureKind.Terminal, Reasons.AccessDenied, () => _reader.GetEffectiveAsync(Table, "7a1f", CancellationToken.None));
    }

    [Theory]
    [InlineData("catalog", "finance", "catalogs/finance")]
    [InlineData("schema", "finance.raw", "schemas/finance.raw")]
    [InlineData("table", "finance.raw.t", "tables/finance.raw.t")]
    [InlineData("external_location", "prepared zone", "external-locations/prepared%20zone")]
    [InlineData("registered_model", "finance.ml.m", "models/finance.ml.m")]
    [InlineData("metastore", "m-1", "metastore_summary")]
    public async Task The_owner_of_each_securable_is_read(string type, string name, string path)
    {
        _catalog.Answer($"GET {Uc}/{path}", """{"owner":"boss","metastore_id":"m-1"}""");
        Assert.Equal("boss", (await _reader.GetRecordAsync(new Securable(type, name), CancellationToken.None))!.Owner);
    }

    [Fact]
    public async Task A_trial_vend_asks_for_the_tables_id_and_throws_the_keys_away()
    {
        _catalog.Answer($"GET {Uc}/tables/finance.raw.t", """{"table_id":"5b1e"}""")
            .Answer($"POST {Uc}/temporary-table-credentials", """{"aws_temp_credentials":{"secret_access_key":"canary"}}""");
        var vend = await _reader.TryVendTableAsync("finance.raw.t", CancellationToken.None);
        Assert.Equal(new TrialVend(true, null, ""), vend);
        Assert.Equal("""{"table_id":"5b1e","operation":"READ"}""", _catalog.Sent[^1].Body);
    }

    [Fact]
    public async Task A_refused_vend_names_the_privilege_and_keeps_the_text()
    {
        _catalog.Answer($"GET {Uc}/tables/finance.raw.t", """{"table_id":"5b1e"}""")
            .Answer($"POST {Uc}/temporary-table-credentials", 403, """{"error_code":"PERMISSION_DENIED","message":"User does not have EXTERNAL USE SCHEMA on Schema 'finance.raw'."}""");
        var vend = await _reader.TryVendTableAsync("finance.raw.t", CancellationToken.None);
        Assert.Equal((false, "EXTERNAL_USE_SCHEMA"), (vend.Vended, vend.MissingPrivilege));
        Assert.Contains("on Schema 'finance.raw'", vend.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, """{"error_code":"PERMISSION_DENIED","message":"User does not have USE CATALOG on Catalog 'finance'."}""", "USE_CATALOG")]
    [InlineData(404, """{"error_code":"TABLE_DOES_NOT_EXIST","message":"no such table"}""", null)]
    public async Task A_table_that_cannot_be_seen_cannot_be_vended(int status, string answer, string? missing)
    {
        _catalog.Answer($"GET {Uc}/tables/finance.raw.t", status, answer);
        var vend = await _reader.TryVendTableAsync("finance.raw.t", CancellationToken.None);
        Assert.Equal((false, missing), (vend.Vended, vend.MissingPrivilege));
    }

    [Theory]
    [InlineData(401, """{"error_code":"UNAUTHENTICATED","details":[{"@type":"google.rpc.ErrorInfo","reason":"UNITY_CATALOG_EXTERNAL_GENERATE_TABLE_CREDENTIALS_DENIED"}]}""")]
    [InlineData(403, """{"error_code":"PERMISSION_DENIED","message":"External Data Access from non Databricks Compute environment is disabled for metastore m"}""")]
    public async Task A_metastore_without_external_access_is_a_refusal_that_names_no_privilege(int status, string answer)
    {
        _catalog.Answer($"GET {Uc}/tables/finance.raw.t", """{"table_id":"5b1e"}""").Answer($"POST {Uc}/temporary-table-credentials", status, answer);
        var vend = await _reader.TryVendTableAsync("finance.raw.t", CancellationToken.None);
        Assert.Equal((false, null), (vend.Vended, vend.MissingPrivilege));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Trouble_is_not_taken_for_a_refusal(int status)
    {
        _catalog.Answer($"GET {Uc}/tables/finance.raw.t", """{"table_id":"5b1e"}""").Answer($"POST {Uc}/temporary-table-credentials", status, "{}");
        await Assert.ThrowsAsync<OperatorException>(() => _reader.TryVendTableAsync("finance.raw.t", CancellationToken.None));
    }

    [Fact]
    public async Task A_path_is_tried_as_a_dry_run_for_writing()
    {
        _catalog.Answer($"POST {Uc}/temporary-path-credentials", "{}");
        Assert.True((await _reader.TryVendPathAsync(new S3Location("governed", "prepared"), CancellationToken.None)).Vended);
        Assert.Equal("""{"url":"s3://governed/prepared","operation":"PATH_READ_WRITE","dry_run":true}""", _catalog.Sent[0].Body);
    }

    [Fact]
    public async Task The_open_source_server_is_asked_for_the_parents_too()
    {
        var direct = new DirectPermissions(_catalog.Client);
        _catalog.Answer($"GET {Uc}/permissions/table/finance.raw.t", """{"privilege_assignments":[{"principal":"me","privileges":["SELECT"]},{"principal":"you","privileges":["MODIFY"]}]}""")
            .Answer($"GET {Uc}/permissions/schema/finance.raw", """{"privilege_assignments":[{"principal":"me","privileges":["USE SCHEMA"]}]}""")
            .Answer($"GET {Uc}/permissions/catalog/finance", "{}");
        Assert.Equal(
            [new EffectivePrivilege("SELECT", "me", null), new EffectivePrivilege("USE_SCHEMA", "me", new Securable("schema", "finance.raw"))],
            await direct.ReadAsync(Table, "me", CancellationToken.None));
    }
}
