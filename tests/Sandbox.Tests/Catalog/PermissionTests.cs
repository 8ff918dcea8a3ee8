namespace GovernedFinetune.Sandbox.Tests.Catalog;

public sealed class PermissionTests
{
    private const string Effective = $"{Api.Uc}/effective-permissions/table/finance.raw.risk_factors";

    [Fact]
    public async Task Direct_grants_are_strings_and_effective_ones_objects_that_say_where_they_come_from()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "raw", "EXTERNAL_USE_SCHEMA");
        await catalog.Admin.GrantAsync("table", "finance.raw.risk_factors", job.Name, "SELECT");

        var direct = (await job.GetAsync($"{Api.Uc}/permissions/table/finance.raw.risk_factors")).Ok();
        var effective = (await job.GetAsync(Effective)).Ok();

        var row = Assert.Single(direct.Items("privilege_assignments"));
        Assert.Equal(job.Name, row.Text("principal"));
        Assert.Equal(["SELECT"], row.Items("privileges").Select(p => p.GetString()));
        Assert.Equal(
            ["EXTERNAL_USE_SCHEMA from SCHEMA finance.raw", "SELECT", "USE_CATALOG from CATALOG finance", "USE_SCHEMA from SCHEMA finance.raw"],
            Assert.Single(effective.Items("privilege_assignments")).Items("privileges").Select(Describe).Order());
    }

    [Fact]
    public async Task Ownership_is_not_a_row_and_ALL_PRIVILEGES_is_not_expanded()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();

        Assert.False((await catalog.Admin.GetAsync(Effective)).Ok().Has("privilege_assignments"));
        await catalog.Admin.GrantAsync("catalog", "finance", job.Name, "ALL PRIVILEGES");
        var privilege = Assert.Single(Assert.Single((await job.GetAsync(Effective)).Ok().Items("privilege_assignments")).Items("privileges"));

        Assert.Equal("ALL_PRIVILEGES from CATALOG finance", Describe(privilege));
        _ = (await job.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors")).Ok();
    }

    [Fact]
    public async Task A_grant_to_a_group_works_for_its_members_and_shows_as_the_groups_row()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        _ = (await catalog.Admin.PostAsync("/_sandbox/groups", new { displayName = "readers", members = new[] { job.Name } })).Ok();
        await catalog.Admin.GrantAsync("catalog", "finance", "readers", "USE_CATALOG", "USE_SCHEMA", "SELECT");

        _ = (await job.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors")).Ok();
        var filtered = (await job.GetAsync($"{Effective}?principal={job.Name}")).Ok();
        _ = (await catalog.Admin.PostAsync("/_sandbox/metastore", new { principalFilterExpandsGroups = false })).Ok();
        var exact = (await job.GetAsync($"{Effective}?principal={job.Name}")).Ok();

        Assert.Equal("readers", Assert.Single(filtered.Items("privilege_assignments")).Text("principal"));
        Assert.Empty(exact.Items("privilege_assignments"));
    }

    [Fact]
    public async Task Others_than_those_who_manage_a_securable_see_only_their_own_rows()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        var other = await catalog.SignInAsync();
        await catalog.Admin.GrantAsync("table", "finance.raw.risk_factors", job.Name, "SELECT");
        await catalog.Admin.GrantAsync("table", "finance.raw.risk_factors", other.Name, "MODIFY");

        Assert.Equal(job.Name, Assert.Single((await job.GetAsync(Effective)).Ok().Items("privilege_assignments")).Text("principal"));
        Assert.Equal(2, (await catalog.Admin.GetAsync(Effective)).Ok().Items("privilege_assignments").Count);
        Assert.Equal(
            other.Name, Assert.Single((await catalog.Admin.GetAsync($"{Effective}?principal={other.Name}")).Ok().Items("privilege_assignments")).Text("principal"));
    }

    [Fact]
    public async Task Types_are_read_in_any_case_and_a_metastore_only_by_its_id()
    {
        await using var catalog = await TestCatalog.StartAsync();

        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/permissions/TABLE/finance.raw.risk_factors")).Ok();
        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/permissions/External_Location/lake")).Ok();
        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/permissions/metastore/{catalog.MetastoreId}")).Ok();
        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/permissions/metastore/sandbox")).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/permissions/SecurableType.TABLE/finance.raw.risk_factors")).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/permissions/volume/finance.raw.v")).Refused(404, "RESOURCE_DOES_NOT_EXIST");
        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/permissions/table/finance.raw.none")).Refused(404, "TABLE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_registered_model_is_a_function_to_the_permission_service()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        _ = (await catalog.Admin.PostAsync($"{Api.Uc}/models", new { catalog_name = "finance", schema_name = "ml", name = "summariser" })).Ok();

        await catalog.Admin.GrantAsync("function", "finance.ml.summariser", job.Name, "EXECUTE");

        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/permissions/registered_model/finance.ml.summariser")).Refused(400, "INVALID_PARAMETER_VALUE");
        Assert.Single((await catalog.Admin.GetAsync($"{Api.Uc}/permissions/function/finance.ml.summariser")).Ok().Items("privilege_assignments"));
    }

    [Theory]
    [InlineData("permissions", "max_results=1", 400)]
    [InlineData("permissions", "max_results=149", 400)]
    [InlineData("permissions", "max_results=-1", 400)]
    [InlineData("permissions", "max_results=many", 400)]
    [InlineData("permissions", "max_results=150", 200)]
    [InlineData("permissions", "max_results=0", 200)]
    [InlineData("effective-permissions", "max_results=149", 400)]
    [InlineData("effective-permissions", "max_results=150", 200)]
    [InlineData("effective-privilege-assignments", "page_size=149", 400)]
    [InlineData("effective-privilege-assignments", "page_size=0", 200)]
    public async Task Page_sizes_from_1_to_149_are_refused(string path, string query, int status)
    {
        await using var catalog = await TestCatalog.StartAsync();

        var reply = await catalog.Admin.GetAsync($"{Api.Uc}/{path}/catalog/finance?{query}");

        Assert.Equal(status, (int)reply.Status);
    }

    [Fact]
    public async Task Grants_come_in_pages_of_whole_principals()
    {
        await using var catalog = await TestCatalog.StartAsync();
        _ = (await catalog.Admin.PostAsync("/_sandbox/metastore", new { pageSize = 2 })).Ok();
        foreach (var user in new[] { "a@x", "b@x", "c@x" })
        {
            await catalog.Admin.GrantAsync("schema", "finance.raw", user, "USE_SCHEMA", "SELECT");
            await catalog.Admin.GrantAsync("catalog", "finance", user, "USE_CATALOG");
        }

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = (await catalog.Admin.GetAsync($"{Api.Uc}/effective-permissions/schema/finance.raw?max_results=0&page_token={Uri.EscapeDataString(token)}")).Ok();
            Assert.All(page.Items("privilege_assignments"), row => Assert.Equal(3, row.Items("privileges").Count));
            seen.AddRange(page.Items("privilege_assignments").Select(row => row.Text("principal")));
            token = page.Has("next_page_token") ? page.Text("next_page_token") : "";
        }
        while (token.Length > 0);

        Assert.Equal(["a@x", "b@x", "c@x"], seen);
    }

    [Fact]
    public async Task A_change_is_a_delta_and_repeats_are_harmless()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        const string path = $"{Api.Uc}/permissions/schema/finance.raw";

        await catalog.Admin.GrantAsync("schema", "finance.raw", job.Name, "use schema", "SELECT");
        await catalog.Admin.GrantAsync("schema", "finance.raw", job.Name, "SELECT");
        await catalog.Admin.RevokeAsync("schema", "finance.raw", job.Name, "MODIFY");
        var after = (await catalog.Admin.PatchAsync(path, new { changes = new[] { new { principal = job.Name, remove = new[] { "SELECT" } } } })).Ok();
        var silent = (await catalog.Admin.PatchAsync(
            path, new { omit_permissions_in_response = true, changes = new[] { new { principal = job.Name, add = new[] { "SELECT" } } } })).Ok();

        Assert.Equal(["USE_SCHEMA"], Assert.Single(after.Items("privilege_assignments")).Items("privileges").Select(p => p.GetString()));
        Assert.False(silent.Has("privilege_assignments"));
    }

    [Fact]
    public async Task An_inherited_privilege_is_not_revoked_at_the_child()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "raw", "SELECT");

        await catalog.Admin.RevokeAsync("table", "finance.raw.risk_factors", job.Name, "SELECT");

        _ = (await job.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors")).Ok();
    }

    [Fact]
    public async Task Grants_of_a_deleted_principal_stay_without_a_name()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.Admin.GrantAsync("table", "finance.raw.risk_factors", job.Name, "SELECT");

        _ = (await catalog.Admin.DeleteAsync($"/_sandbox/service-principals/{job.Name}")).Ok();

        var row = Assert.Single((await catalog.Admin.GetAsync(Effective)).Ok().Items("privilege_assignments"));
        Assert.False(row.Has("principal"));
    }

    [Fact]
    public async Task A_grant_can_take_a_while_to_be_seen()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        _ = (await catalog.Admin.PostAsync("/_sandbox/metastore", new { grantVisibilityDelaySeconds = 10 })).Ok();
        await catalog.LetInAsync(job, "raw", "SELECT");
        const string table = $"{Api.Uc}/tables/finance.raw.risk_factors";

        _ = (await job.GetAsync(table)).Refused(403, "PERMISSION_DENIED");
        Assert.Empty((await job.GetAsync(Effective)).Ok().Items("privilege_assignments"));
        catalog.Clock.Advance(TimeSpan.FromSeconds(10));
        _ = (await job.GetAsync(table)).Ok();
    }

    [Fact]
    public async Task Only_those_who_manage_a_securable_grant_on_it()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "raw", "SELECT", "ALL_PRIVILEGES");
        var change = new { changes = new[] { new { principal = job.Name, add = new[] { "MODIFY" } } } };
        const string path = $"{Api.Uc}/permissions/table/finance.raw.risk_factors";

        _ = (await job.PatchAsync(path, change)).Denied("User is not an owner of Table 'finance.raw.risk_factors'.");
        await catalog.Admin.GrantAsync("schema", "finance.raw", job.Name, "MANAGE");
        _ = (await job.PatchAsync(path, change)).Ok();
    }

    [Fact]
    public async Task EXTERNAL_USE_SCHEMA_is_the_catalog_owners_to_give_and_EXTERNAL_USE_LOCATION_the_location_owners()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var steward = await catalog.SignInAsync();
        await catalog.LetInAsync(steward, "raw", "MANAGE");
        _ = (await catalog.Admin.PatchAsync($"{Api.Uc}/schemas/finance.raw", new { owner = steward.Name })).Ok();
        _ = (await catalog.Admin.PatchAsync($"{Api.Uc}/external-locations/lake", new { owner = steward.Name })).Ok();
        object Give(string privilege) => new { changes = new[] { new { principal = steward.Name, add = new[] { privilege } } } };

        _ = (await steward.PatchAsync($"{Api.Uc}/permissions/schema/finance.raw", Give("EXTERNAL_USE_SCHEMA")))
            .Denied("User is not an owner of Catalog 'finance'.");
        _ = (await steward.PatchAsync($"{Api.Uc}/permissions/schema/finance.raw", Give("SELECT"))).Ok();
        _ = (await catalog.Admin.PatchAsync($"{Api.Uc}/permissions/external_location/lake", Give("EXTERNAL_USE_LOCATION")))
            .Denied("User is not an owner of External Location 'lake'.");
        _ = (await steward.PatchAsync($"{Api.Uc}/permissions/external_location/lake", Give("EXTERNAL_USE_LOCATION"))).Ok();
    }

    [Theory]
    [InlineData("""{"changes":[{"principal":"nobody","add":["SELECT"]}]}""", 404, "PRINCIPAL_DOES_NOT_EXIST", "'nobody'")]
    [InlineData("""{"changes":[{"principal":"a@x","add":["SELEKT"]}]}""", 400, "INVALID_PARAMETER_VALUE", "'changes[0].add'")]
    [InlineData("""{"changes":[{"principal":"a@x","add":["READ_FILES"]}]}""", 400, "INVALID_PARAMETER_VALUE", "'changes[0].add'")]
    [InlineData("""{"changes":[{"principal":"a@x"},{"add":["SELECT"]}]}""", 400, "INVALID_PARAMETER_VALUE", "'changes[1].principal'")]
    [InlineData("""{"changes":[{"principal":"a@x","add":"SELECT"}]}""", 400, "INVALID_PARAMETER_VALUE", "'changes[0].add'")]
    [InlineData("{}", 400, "INVALID_PARAMETER_VALUE", "'changes'")]
    [InlineData("", 400, "MALFORMED_REQUEST", "no body")]
    public async Task A_wrong_change_is_refused_with_its_field_and_changes_nothing(string body, int status, string code, string named)
    {
        await using var catalog = await TestCatalog.StartAsync();

        var refused = await catalog.Admin.SendTextAsync(HttpMethod.Patch, $"{Api.Uc}/permissions/table/finance.raw.risk_factors", body);

        Assert.Contains(named, refused.Refused(status, code).Message, StringComparison.Ordinal);
        Assert.Empty((await catalog.Admin.GetAsync(Effective)).Ok().Items("privilege_assignments"));
    }

    private static string Describe(System.Text.Json.JsonElement privilege) => privilege.Has("inherited_from_type")
        ? $"{privilege.Text("privilege")} from {privilege.Text("inherited_from_type")} {privilege.Text("inherited_from_name")}"
        : privilege.Text("privilege");
}
