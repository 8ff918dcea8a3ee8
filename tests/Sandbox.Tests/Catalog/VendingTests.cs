namespace GovernedFinetune.Sandbox.Tests.Catalog;

public sealed class VendingTests
{
    [Theory]
    [InlineData("/api/2.0/unity-catalog")]
    [InlineData("/api/2.1/unity-catalog")]
    public async Task Credentials_for_a_table_reach_its_files_and_nothing_else(string path)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await ReaderAsync(catalog);

        var vended = (await job.PostAsync($"{path}/temporary-table-credentials", new { table_id = catalog.TableId, operation = "READ" })).Ok();
        var policy = catalog.PolicyOf(vended);

        Assert.Equal("s3://governed/raw/risk_factors", vended.Text("url"));
        Assert.Equal(catalog.Clock.GetUtcNow().AddMinutes(45).ToUnixTimeMilliseconds(), vended.GetProperty("expiration_time").GetInt64());
        Assert.True(policy.Allows("s3:GetObject", "arn:aws:s3:::governed/raw/risk_factors/year=2023/part-0.json"));
        Assert.True(policy.Allows("s3:ListBucket", "arn:aws:s3:::governed/raw/risk_factors/"));
        Assert.True(policy.Allows("s3:ListBucket", "arn:aws:s3:::governed/raw/risk_factors/year=2023/"));
        Assert.False(policy.Allows("s3:PutObject", "arn:aws:s3:::governed/raw/risk_factors/part-1.json"));
        Assert.False(policy.Allows("s3:DeleteObject", "arn:aws:s3:::governed/raw/risk_factors/part-1.json"));
        Assert.False(policy.Allows("s3:GetObject", "arn:aws:s3:::governed/raw/risk_factors_secret/part-0.json"));
        Assert.False(policy.Allows("s3:GetObject", "arn:aws:s3:::other/raw/risk_factors/part-0.json"));
        Assert.False(policy.Allows("s3:ListBucket", "arn:aws:s3:::governed/"));
        Assert.False(policy.Allows("s3:ListBucket", "arn:aws:s3:::governed/raw/"));
        Assert.False(policy.Allows("s3:ListBucket", "arn:aws:s3:::governed/raw/risk_factors"));
        Assert.False(policy.Allows("secretsmanager:GetSecretValue", "arn:aws:s3:::governed/raw/risk_factors/x"));
    }

    [Fact]
    public async Task Credentials_to_write_a_table_need_MODIFY_and_can_put_and_delete()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await ReaderAsync(catalog);

        _ = (await VendAsync(catalog, job, "READ_WRITE")).Denied("User does not have MODIFY on Table 'finance.raw.risk_factors'.");
        await catalog.Admin.GrantAsync("schema", "finance.raw", job.Name, "MODIFY");
        var policy = catalog.PolicyOf((await VendAsync(catalog, job, "READ_WRITE")).Ok());

        foreach (var action in new[] { "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload" })
        {
            Assert.True(policy.Allows(action, "arn:aws:s3:::governed/raw/risk_factors/part-1.json"), action);
        }

        Assert.False(policy.Allows("s3:PutObject", "arn:aws:s3:::governed/raw/other/part-1.json"));
    }

    [Theory]
    [InlineData("USE_CATALOG", "User does not have USE CATALOG on Catalog 'finance'.")]
    [InlineData("USE_SCHEMA", "User does not have USE SCHEMA on Schema 'finance.raw'.")]
    [InlineData("SELECT", "User does not have SELECT on Table 'finance.raw.risk_factors'.")]
    [InlineData("EXTERNAL_USE_SCHEMA", "User does not have EXTERNAL USE SCHEMA on Schema 'finance.raw'.")]
    public async Task Vending_needs_each_of_four_privileges_and_says_which_is_missing(string missing, string message)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await ReaderAsync(catalog);
        _ = (await VendAsync(catalog, job, "READ")).Ok();

        await catalog.Admin.RevokeAsync(missing == "USE_CATALOG" ? "catalog" : "schema", missing == "USE_CATALOG" ? "finance" : "finance.raw", job.Name, missing);
        var refused = (await VendAsync(catalog, job, "READ")).Denied(message);

        var metadata = refused.ErrorInfo.GetProperty("metadata");
        Assert.Equal("PERMISSION_DENIED", refused.Reason);
        Assert.Equal("unity-catalog.databricks.com", refused.ErrorInfo.Text("domain"));
        Assert.Equal("User", metadata.Text("principalName"));
        Assert.Equal(missing.Replace('_', ' '), metadata.Text("msg"));
        Assert.Equal(message.Split('\'')[1], metadata.Text("resourceName"));
        Assert.Contains(refused.Json.Items("details"), d => d.Has("request_id"));
    }

    [Fact]
    public async Task EXTERNAL_USE_SCHEMA_is_not_implied_by_ownership_ALL_PRIVILEGES_or_administration()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.Admin.GrantAsync("catalog", "finance", job.Name, "ALL_PRIVILEGES");
        foreach (var path in new[] { "tables/finance.raw.risk_factors", "schemas/finance.raw", "catalogs/finance" })
        {
            _ = (await catalog.Admin.PatchAsync($"{Api.Uc}/{path}", new { owner = job.Name })).Ok();
        }

        const string message = "User does not have EXTERNAL USE SCHEMA on Schema 'finance.raw'.";
        _ = (await VendAsync(catalog, job, "READ")).Denied(message);
        await job.GrantAsync("catalog", "finance", job.Name, "EXTERNAL_USE_SCHEMA");
        _ = (await VendAsync(catalog, job, "READ")).Ok();
        _ = (await VendAsync(catalog, catalog.Admin, "READ")).Denied("User does not have SELECT on Table 'finance.raw.risk_factors'.");
    }

    [Fact]
    public async Task Owning_the_catalog_is_not_reading_its_tables()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var steward = await catalog.SignInAsync();
        _ = (await catalog.Admin.PatchAsync($"{Api.Uc}/catalogs/finance", new { owner = steward.Name })).Ok();
        await steward.GrantAsync("catalog", "finance", steward.Name, "EXTERNAL_USE_SCHEMA");

        _ = (await steward.GetAsync($"{Api.Uc}/tables/finance.raw.risk_factors")).Ok();
        _ = (await VendAsync(catalog, steward, "READ")).Denied("User does not have SELECT on Table 'finance.raw.risk_factors'.");
    }

    [Fact]
    public async Task Nothing_is_vended_while_the_metastores_switch_is_off()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await ReaderAsync(catalog);
        await catalog.Admin.GrantAsync("external_location", "lake", job.Name, "READ_FILES", "EXTERNAL_USE_LOCATION");
        _ = (await catalog.Admin.PostAsync("/_sandbox/metastore", new { externalAccessEnabled = false })).Ok();

        var table = await VendAsync(catalog, job, "READ");
        var path = await PathAsync(job, "s3://governed/prepared", "PATH_READ");

        foreach (var refused in new[] { table, path })
        {
            _ = refused.Refused(403, "PERMISSION_DENIED");
            Assert.Equal("EXTERNAL_ACCESS_DISABLED_ON_METASTORE", refused.Reason);
            Assert.StartsWith("External Data Access from non Databricks Compute environment is disabled for metastore", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("view")]
    [InlineData("filtered")]
    [InlineData("masked")]
    public async Task Views_and_tables_with_row_filters_or_masks_are_never_vended(string kind)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await ReaderAsync(catalog);
        var request = TestCatalog.Table(kind);
        switch (kind)
        {
            case "view":
                request["table_type"] = "VIEW";
                request["view_definition"] = "SELECT 1";
                _ = request.Remove("storage_location");
                break;
            case "filtered":
                request["row_filter"] = new { function_name = "finance.raw.only_mine", input_column_names = new[] { "cik" } };
                break;
            default:
                request["columns"] = new[] { new { name = "cik", type_text = "string", mask = new { function_name = "finance.raw.hide" } } };
                break;
        }

        var table = (await catalog.Admin.PostAsync($"{Api.Uc}/tables", request)).Ok();
        var refused = await job.PostAsync($"{Api.Uc}/temporary-table-credentials", new { table_id = table.Text("table_id"), operation = "READ" });
        var seen = (await job.GetAsync($"{Api.Uc}/tables/finance.raw.{kind}")).Ok();

        _ = refused.Refused(403, "PERMISSION_DENIED");
        Assert.Equal("EXTERNAL_ACCESS_NOT_ALLOWED_FOR_TABLE", refused.Reason);
        Assert.True(seen.Text("table_type") == "VIEW" || seen.Has("row_filter") || seen.Items("columns").Any(c => c.Has("mask")));
    }

    [Fact]
    public async Task A_managed_table_is_read_but_not_written_from_outside()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await ReaderAsync(catalog);
        await catalog.Admin.GrantAsync("schema", "finance.raw", job.Name, "MODIFY");
        var request = TestCatalog.Table("managed");
        request["table_type"] = "MANAGED";
        _ = request.Remove("storage_location");
        var id = (await catalog.Admin.PostAsync($"{Api.Uc}/tables", request)).Ok().Text("table_id");

        _ = (await job.PostAsync($"{Api.Uc}/temporary-table-credentials", new { table_id = id, operation = "READ" })).Ok();
        var refused = await job.PostAsync($"{Api.Uc}/temporary-table-credentials", new { table_id = id, operation = "READ_WRITE" });

        Assert.Equal("EXTERNAL_WRITE_NOT_ALLOWED_FOR_TABLE", refused.Refused(403, "PERMISSION_DENIED").Reason);
    }

    [Fact]
    public async Task A_wrong_table_id_or_operation_is_refused()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await ReaderAsync(catalog);

        _ = (await job.PostAsync($"{Api.Uc}/temporary-table-credentials", new { table_id = Guid.NewGuid(), operation = "READ" })).Refused(404, "TABLE_DOES_NOT_EXIST");
        Assert.Contains("'operation'", (await VendAsync(catalog, job, "WRITE")).Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
        Assert.Contains("'table_id'", (await job.PostAsync($"{Api.Uc}/temporary-table-credentials", new { operation = "READ" }))
            .Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATH_READ", new[] { "READ_FILES" }, false)]
    [InlineData("PATH_READ_WRITE", new[] { "READ_FILES", "WRITE_FILES" }, true)]
    [InlineData("PATH_CREATE_TABLE", new[] { "CREATE_EXTERNAL_TABLE" }, true)]
    public async Task Path_credentials_need_EXTERNAL_USE_LOCATION_and_the_privilege_of_the_operation(string operation, string[] needed, bool writes)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        const string url = "s3://governed/prepared/finance/sft";
        await catalog.Admin.GrantAsync("external_location", "lake", job.Name, [.. needed, "EXTERNAL_USE_LOCATION"]);

        foreach (var privilege in needed.Append("EXTERNAL_USE_LOCATION"))
        {
            await catalog.Admin.RevokeAsync("external_location", "lake", job.Name, privilege);
            _ = (await PathAsync(job, url, operation)).Denied($"User does not have {privilege.Replace('_', ' ')} on External Location 'lake'.");
            await catalog.Admin.GrantAsync("external_location", "lake", job.Name, privilege);
        }

        var vended = (await PathAsync(job, url, operation)).Ok();
        Assert.Equal(url, vended.Text("url"));
        Assert.True(catalog.PolicyOf(vended).Allows("s3:GetObject", "arn:aws:s3:::governed/prepared/finance/sft/part-0.json"));
        Assert.Equal(writes, catalog.PolicyOf(vended).Allows("s3:PutObject", "arn:aws:s3:::governed/prepared/finance/sft/part-0.json"));
        Assert.False(catalog.PolicyOf(vended).Allows("s3:GetObject", "arn:aws:s3:::governed/raw/risk_factors/part-0.json"));
    }

    [Theory]
    [InlineData("s3://governed/raw/risk_factors")]
    [InlineData("s3://governed/raw/risk_factors/year=2023")]
    [InlineData("s3://governed/raw")]
    [InlineData("s3://governed")]
    [InlineData("s3://governed/models/x")]
    public async Task Path_credentials_are_no_way_round_the_privileges_of_a_table_or_model(string url)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.Admin.GrantAsync("external_location", "lake", job.Name, "READ_FILES", "WRITE_FILES", "EXTERNAL_USE_LOCATION");

        Assert.Equal("LOCATION_OVERLAP", (await PathAsync(job, url, "PATH_READ")).Refused(400, "INVALID_PARAMETER_VALUE").Reason);
    }

    [Fact]
    public async Task A_dry_run_checks_privileges_and_gives_no_credentials()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        object Ask() => new { url = "s3://governed/prepared/x", operation = "PATH_READ_WRITE", dry_run = true };

        _ = (await job.PostAsync($"{Api.Uc}/temporary-path-credentials", Ask())).Refused(403, "PERMISSION_DENIED");
        await catalog.Admin.GrantAsync("external_location", "lake", job.Name, "READ_FILES", "WRITE_FILES", "EXTERNAL_USE_LOCATION");
        var answer = (await job.PostAsync($"{Api.Uc}/temporary-path-credentials", Ask())).Ok();

        Assert.False(answer.Has("aws_temp_credentials"));
        Assert.False((await job.PostAsync($"{Api.Uc}/temporary-path-credentials", new { url = "s3://governed", operation = "PATH_READ_WRITE", dry_run = true }))
            .Ok().Has("aws_temp_credentials"));
    }

    [Fact]
    public async Task A_read_only_location_vends_no_writing()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        await catalog.Admin.GrantAsync("external_location", "lake", job.Name, "READ_FILES", "WRITE_FILES", "EXTERNAL_USE_LOCATION");
        _ = (await catalog.Admin.PatchAsync($"{Api.Uc}/external-locations/lake", new { read_only = true })).Ok();

        _ = (await PathAsync(job, "s3://governed/prepared/x", "PATH_READ")).Ok();
        _ = (await PathAsync(job, "s3://governed/prepared/x", "PATH_READ_WRITE")).Refused(403, "PERMISSION_DENIED");
    }

    private static async Task<Api> ReaderAsync(TestCatalog catalog)
    {
        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "raw", "SELECT", "EXTERNAL_USE_SCHEMA");
        return job;
    }

    private static Task<Reply> VendAsync(TestCatalog catalog, Api caller, string operation) =>
        caller.PostAsync("/api/2.0/unity-catalog/temporary-table-credentials", new { table_id = catalog.TableId, operation });

    private static Task<Reply> PathAsync(Api caller, string url, string operation) =>
        caller.PostAsync("/api/2.0/unity-catalog/temporary-path-credentials", new { url, operation });
}
