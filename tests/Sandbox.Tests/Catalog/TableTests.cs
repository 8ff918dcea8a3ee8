namespace GovernedFinetune.Sandbox.Tests.Catalog;

public sealed class TableTests
{
    [Fact]
    public async Task The_metastore_summary_names_region_and_id_and_leaves_out_a_switch_that_is_off()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var on = (await catalog.Admin.GetAsync($"{Api.Uc}/metastore_summary")).Ok();
        _ = (await catalog.Admin.PatchAsync($"{Api.Uc}/metastores/{catalog.MetastoreId}", new { external_access_enabled = false })).Ok();
        var off = (await catalog.Admin.GetAsync($"{Api.Uc}/metastore_summary")).Ok();

        Assert.True(on.GetProperty("external_access_enabled").GetBoolean());
        Assert.Equal("us-east-1", on.Text("region"));
        Assert.Equal($"aws:us-east-1:{catalog.MetastoreId}", on.Text("global_metastore_id"));
        Assert.False(off.Has("external_access_enabled"));
        Assert.Equal(catalog.MetastoreId, (await catalog.Admin.GetAsync($"{Api.Uc}/current-metastore-assignment")).Ok().Text("metastore_id"));
    }

    [Fact]
    public async Task A_table_says_what_it_is()
    {
        await using var catalog = await TestCatalog.StartAsync();

        var table = (await catalog.Admin.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors")).Ok();

        Assert.Equal("finance.raw.risk_factors", table.Text("full_name"));
        Assert.Equal("EXTERNAL", table.Text("table_type"));
        Assert.Equal("JSON", table.Text("data_source_format"));
        Assert.Equal("s3://governed/raw/risk_factors", table.Text("storage_location"));
        Assert.Equal("lake-role", table.Text("storage_credential_name"));
        Assert.Equal("admin", table.Text("owner"));
        Assert.Equal(catalog.Clock.GetUtcNow().ToUnixTimeMilliseconds(), table.GetProperty("created_at").GetInt64());
        var column = Assert.Single(table.Items("columns"));
        Assert.Equal("cik", column.Text("name"));
        Assert.Equal(0, column.GetProperty("position").GetInt32());
        Assert.False(column.GetProperty("nullable").GetBoolean());
        Assert.False(table.Has("properties"));
        Assert.False(table.Has("comment"));
    }

    [Fact]
    public async Task A_table_keeps_its_id_until_it_is_dropped_and_made_again()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var again = (await catalog.Admin.GetAsync($"{Api.Uc}/tables/FINANCE.Raw.Risk_Factors")).Ok().Text("table_id");

        _ = (await catalog.Admin.DeleteAsync($"{Api.Uc}/tables/finance.raw.risk_factors")).Ok();
        var gone = await catalog.Admin.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors");
        var made = (await catalog.Admin.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("risk_factors"))).Ok().Text("table_id");

        Assert.Equal(catalog.TableId, again);
        Assert.Equal("Table 'finance.raw.risk_factors' does not exist.", gone.Refused(404, "TABLE_DOES_NOT_EXIST").Message);
        Assert.NotEqual(catalog.TableId, made);
    }

    [Fact]
    public async Task A_second_table_of_the_same_name_is_400_TABLE_ALREADY_EXISTS()
    {
        await using var catalog = await TestCatalog.StartAsync();

        var refused = await catalog.Admin.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("risk_factors", location: "s3://governed/raw/other"));

        _ = refused.Refused(400, "TABLE_ALREADY_EXISTS");
        Assert.Equal("RESOURCE_ALREADY_EXISTS", refused.Reason);
        Assert.Equal("finance.raw.risk_factors", refused.ErrorInfo.GetProperty("metadata").Text("resourceIdentifier"));
    }

    [Fact]
    public async Task Reading_a_table_needs_USE_CATALOG_then_USE_SCHEMA_then_SELECT()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        const string path = $"{Api.Uc}/tables/finance.raw.risk_factors";

        _ = (await job.GetAsync(path)).Denied("User does not have USE CATALOG on Catalog 'finance'.");
        await catalog.Admin.GrantAsync("catalog", "finance", job.Name, "USE_CATALOG");
        _ = (await job.GetAsync(path)).Denied("User does not have USE SCHEMA on Schema 'finance.raw'.");
        await catalog.Admin.GrantAsync("schema", "finance.raw", job.Name, "USE_SCHEMA");
        _ = (await job.GetAsync(path)).Denied("User does not have SELECT on Table 'finance.raw.risk_factors'.");
        await catalog.Admin.GrantAsync("table", "finance.raw.risk_factors", job.Name, "SELECT");
        _ = (await job.GetAsync(path)).Ok();
        await catalog.Admin.RevokeAsync("table", "finance.raw.risk_factors", job.Name, "SELECT");
        _ = (await job.GetAsync(path)).Denied("User does not have SELECT on Table 'finance.raw.risk_factors'.");
    }

    [Fact]
    public async Task A_caller_learns_nothing_of_what_is_inside_a_catalog_that_it_cannot_use()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();

        var there = await job.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors");
        var missing = await job.GetAsync($"{Api.Uc}/tables/finance.raw.no_such_table");

        Assert.Equal(there.Message, missing.Message);
        _ = (await job.GetAsync($"{Api.Uc}/tables/nowhere.raw.t")).Refused(404, "CATALOG_DOES_NOT_EXIST");
        Assert.Empty((await job.GetAsync($"{Api.Uc}/catalogs")).Ok().Items("catalogs"));
    }

    [Theory]
    [InlineData("USE_CATALOG", "User does not have USE CATALOG on Catalog 'finance'.")]
    [InlineData("USE_SCHEMA", "User does not have USE SCHEMA on Schema 'finance.curated'.")]
    [InlineData("CREATE_TABLE", "User does not have CREATE TABLE on Schema 'finance.curated'.")]
    [InlineData("EXTERNAL_USE_SCHEMA", "User does not have EXTERNAL USE SCHEMA on Schema 'finance.curated'.")]
    [InlineData("CREATE_EXTERNAL_TABLE", "User does not have CREATE EXTERNAL TABLE on External Location 'lake'.")]
    [InlineData("EXTERNAL_USE_LOCATION", "User does not have EXTERNAL USE LOCATION on External Location 'lake'.")]
    public async Task Creating_an_external_table_needs_each_of_six_privileges(string missing, string message)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.Admin.GrantAsync("catalog", "finance", job.Name, "USE_CATALOG");
        await catalog.Admin.GrantAsync("schema", "finance.curated", job.Name, "USE_SCHEMA", "CREATE_TABLE", "EXTERNAL_USE_SCHEMA");
        await catalog.Admin.GrantAsync("external_location", "lake", job.Name, "CREATE_EXTERNAL_TABLE", "EXTERNAL_USE_LOCATION");
        var (type, name) = missing switch
        {
            "USE_CATALOG" => ("catalog", "finance"),
            "CREATE_EXTERNAL_TABLE" or "EXTERNAL_USE_LOCATION" => ("external_location", "lake"),
            _ => ("schema", "finance.curated"),
        };

        await catalog.Admin.RevokeAsync(type, name, job.Name, missing);
        _ = (await job.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("sft", "curated"))).Denied(message);
        await catalog.Admin.GrantAsync(type, name, job.Name, missing);
        var table = (await job.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("sft", "curated"))).Ok();

        Assert.Equal(job.Name, table.Text("owner"));
    }

    [Theory]
    [InlineData("table_type", "MANAGED")]
    [InlineData("table_type", "VIEW")]
    [InlineData("data_source_format", "PARQUET")]
    [InlineData("table_type", "SOMETHING")]
    [InlineData("storage_location", "file:///etc")]
    [InlineData("storage_location", "s3://governed/raw/*")]
    [InlineData("storage_location", "s3://governed/raw/../secret")]
    [InlineData("storage_location", "s3://governed/raw//x")]
    [InlineData("name", "a.b")]
    [InlineData("name", "a b")]
    public async Task What_an_outside_caller_may_not_create_is_400_and_names_the_field(string field, string value)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await AllowedToCreateAsync(catalog);
        var request = TestCatalog.Table("sft", "curated");
        request[field] = value;

        var refused = await job.PostAsync($"{Api.Uc}/tables", request);

        Assert.Contains($"'{field}'", refused.Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://governed/raw/risk_factors", "table 'finance.raw.risk_factors'")]
    [InlineData("s3://governed/raw/risk_factors/part", "table 'finance.raw.risk_factors'")]
    [InlineData("s3://governed/raw", "table 'finance.raw.risk_factors'")]
    [InlineData("s3://governed/models/mine", "managed storage")]
    public async Task A_table_cannot_be_laid_over_the_files_of_another_or_over_managed_storage(string location, string with)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await AllowedToCreateAsync(catalog);

        var refused = await job.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("sft", "curated", location));

        Assert.Equal($"LOCATION_OVERLAP: Input path url '{location}' overlaps with {with}.", refused.Refused(400, "INVALID_PARAMETER_VALUE").Message);
    }

    [Fact]
    public async Task A_neighbour_whose_name_begins_the_same_does_not_overlap()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await AllowedToCreateAsync(catalog);

        _ = (await job.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("sft", "curated", "s3://governed/raw/risk_factors_sft"))).Ok();
    }

    [Fact]
    public async Task A_table_outside_every_external_location_is_refused()
    {
        await using var catalog = await TestCatalog.StartAsync();

        var refused = await catalog.Admin.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("sft", "curated", "s3://elsewhere/sft"));

        _ = refused.Refused(404, "EXTERNAL_LOCATION_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Exists_answers_true_and_leaves_false_out()
    {
        await using var catalog = await TestCatalog.StartAsync();

        var there = (await catalog.Admin.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors/exists")).Ok();
        var gone = (await catalog.Admin.GetAsync($"{Api.Uc}/tables/finance.raw.other/exists")).Ok();

        Assert.True(there.GetProperty("table_exists").GetBoolean());
        Assert.False(gone.Has("table_exists"));
    }

    [Fact]
    public async Task Only_the_owner_is_changed_by_a_patch_and_only_by_those_who_manage_the_table()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "raw", "SELECT", "MODIFY");
        const string path = $"{Api.Uc}/tables/finance.raw.risk_factors";

        _ = (await job.PatchAsync(path, new { owner = job.Name })).Denied("User is not an owner of Table 'finance.raw.risk_factors'.");
        _ = (await catalog.Admin.PatchAsync(path, new { comment = "x" })).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await catalog.Admin.PatchAsync(path, new { owner = "nobody" })).Refused(404, "PRINCIPAL_DOES_NOT_EXIST");
        Assert.Equal(job.Name, (await catalog.Admin.PatchAsync(path, new { owner = job.Name })).Ok().Text("owner"));
        _ = (await job.DeleteAsync(path)).Ok();
    }

    [Fact]
    public async Task A_list_shows_only_tables_that_the_caller_may_read_and_comes_in_pages()
    {
        await using var catalog = await TestCatalog.StartAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            _ = (await catalog.Admin.PostAsync($"{Api.Uc}/tables", TestCatalog.Table(name))).Ok();
        }

        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "raw");
        await catalog.Admin.GrantAsync("table", "finance.raw.b", job.Name, "SELECT");
        const string path = $"{Api.Uc}/tables?catalog_name=finance&schema_name=raw";

        Assert.Equal(["b"], (await job.GetAsync(path)).Ok().Items("tables").Select(t => t.Text("name")));
        var first = (await catalog.Admin.GetAsync(path + "&max_results=3")).Ok();
        var second = (await catalog.Admin.GetAsync(path + "&max_results=3&page_token=" + Uri.EscapeDataString(first.Text("next_page_token")))).Ok();
        Assert.Equal(["a", "b", "c"], first.Items("tables").Select(t => t.Text("name")));
        Assert.Equal(["risk_factors"], second.Items("tables").Select(t => t.Text("name")));
        Assert.False(second.Has("next_page_token"));
        _ = (await catalog.Admin.GetAsync(path + "&max_results=-1")).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await catalog.Admin.GetAsync(path + "&page_token=made-up")).Refused(400, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task A_page_may_be_empty_and_still_have_a_token()
    {
        await using var catalog = await TestCatalog.StartAsync();
        _ = (await catalog.Admin.PostAsync("/_sandbox/metastore", new { leadingEmptyPage = true })).Ok();
        const string path = $"{Api.Uc}/schemas?catalog_name=finance&max_results=0";

        var first = (await catalog.Admin.GetAsync(path)).Ok();
        var second = (await catalog.Admin.GetAsync(path + "&page_token=" + Uri.EscapeDataString(first.Text("next_page_token")))).Ok();

        Assert.Empty(first.Items("schemas"));
        Assert.Equal(["curated", "ml", "raw"], second.Items("schemas").Select(s => s.Text("name")));
    }

    [Fact]
    public async Task Catalogs_and_schemas_that_hold_something_are_dropped_only_by_force()
    {
        await using var catalog = await TestCatalog.StartAsync();

        _ = (await catalog.Admin.DeleteAsync($"{Api.Uc}/schemas/finance.raw")).Refused(400, "INVALID_STATE");
        _ = (await catalog.Admin.DeleteAsync($"{Api.Uc}/catalogs/finance")).Refused(400, "INVALID_STATE");
        _ = (await catalog.Admin.DeleteAsync($"{Api.Uc}/catalogs/finance?force=true")).Ok();
        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors")).Refused(404, "CATALOG_DOES_NOT_EXIST");
    }

    private static async Task<Api> AllowedToCreateAsync(TestCatalog catalog)
    {
        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "curated", "CREATE_TABLE", "EXTERNAL_USE_SCHEMA");
        await catalog.Admin.GrantAsync("external_location", "lake", job.Name, "CREATE_EXTERNAL_TABLE", "EXTERNAL_USE_LOCATION");
        return job;
    }
}
