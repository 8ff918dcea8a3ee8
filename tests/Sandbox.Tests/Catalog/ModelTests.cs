using System.Text.Json;

namespace GovernedFinetune.Sandbox.Tests.Catalog;

public sealed class ModelTests
{
    private const string Name = "finance.ml.summariser";

    [Fact]
    public async Task The_MLflow_dialect_registers_uploads_finalizes_and_names_a_version()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegistrarAsync(catalog);

        var model = (await job.PostAsync($"{Api.Mlflow}/registered-models/create", new { name = Name, description = "risk" })).Ok().GetProperty("registered_model");
        var version = (await CreateVersionAsync(job)).Ok().GetProperty("model_version");
        var vended = (await VendAsync(job, "MODEL_VERSION_OPERATION_READ_WRITE")).Ok().GetProperty("credentials");
        var ready = (await job.PostAsync($"{Api.Mlflow}/model-versions/finalize", new { name = Name, version = "1" })).Ok().GetProperty("model_version");
        _ = (await job.PostAsync($"{Api.Mlflow}/registered-models/alias", new { name = Name, alias = "candidate", version = "1" })).Ok();
        _ = (await job.PostAsync($"{Api.Mlflow}/model-versions/set-tag", new { name = Name, version = "1", key = "governed.run", value = "u-1" })).Ok();
        var read = (await job.GetAsync($"{Api.Mlflow}/model-versions/get?name={Name}&version=1")).Ok().GetProperty("model_version");

        Assert.Equal(Name, model.Text("name"));
        Assert.Equal("1", version.Text("version"));
        Assert.Equal("PENDING_REGISTRATION", version.Text("status"));
        Assert.Matches("^s3://governed/models/[0-9a-f-]{36}/1$", version.Text("storage_location"));
        Assert.Equal("CUSTOMER_HOSTED", vended.Text("storage_mode"));
        Assert.False(vended.Has("url"));
        var below = version.Text("storage_location").Replace("s3://", "arn:aws:s3:::", StringComparison.Ordinal);
        Assert.True(catalog.PolicyOf(vended).Allows("s3:PutObject", below + "/MLmodel"));
        Assert.False(catalog.PolicyOf(vended).Allows("s3:PutObject", below[..^1] + "2/MLmodel"));
        Assert.Equal("READY", ready.Text("status"));
        Assert.Equal(["candidate"], read.Items("aliases").Select(a => a.GetString()));
        Assert.Equal("u-1", Assert.Single(read.Items("tags"), t => t.Text("key") == "governed.run").Text("value"));
        Assert.Equal("run-7", read.Text("run_id"));
    }

    [Fact]
    public async Task The_native_dialect_does_the_same_with_integers_and_flat_answers()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegistrarAsync(catalog);
        var parts = new { catalog_name = "finance", schema_name = "ml" };

        var model = (await job.PostAsync($"{Api.Uc}/models", new { name = "summariser", parts.catalog_name, parts.schema_name, comment = "risk" })).Ok();
        var version = (await job.PostAsync($"{Api.Uc}/models/versions", new
        {
            model_name = "summariser",
            parts.catalog_name,
            parts.schema_name,
            source = "s3://artifacts/run",
            run_id = "run-7",
            tags = new[] { new { key = "a", value = "b" } },
        })).Ok();
        var vended = (await job.PostAsync(
            $"{Api.Uc}/temporary-model-version-credentials",
            new { model_name = "summariser", parts.catalog_name, parts.schema_name, version = 1, operation = "READ_WRITE_MODEL_VERSION" })).Ok();
        var ready = (await job.PatchAsync($"{Api.Uc}/models/{Name}/versions/1/finalize", new { full_name = Name, version = 1 })).Ok();
        var alias = (await job.PutAsync($"{Api.Uc}/models/{Name}/aliases/candidate", new { version_num = 1 })).Ok();
        _ = (await job.PatchAsync(
            $"{Api.Uc}/subentity-tags/FUNCTION/{Name}/1", new { changes = new { add_tags = new[] { new { key = "c", value = "d" } }, remove = new[] { "a" } } })).Ok();

        Assert.Equal(Name, model.Text("full_name"));
        Assert.Equal(job.Name, model.Text("owner"));
        Assert.Equal(1, version.GetProperty("version").GetInt32());
        Assert.Equal("PENDING_REGISTRATION", version.Text("status"));
        Assert.Equal(version.Text("storage_location"), vended.Text("url"));
        Assert.Equal("READY", ready.Text("status"));
        Assert.Equal(1, alias.GetProperty("version_num").GetInt32());
        Assert.Equal("candidate", alias.Text("alias_name"));
        Assert.Equal(1, (await job.GetAsync($"{Api.Uc}/models/{Name}/aliases/candidate")).Ok().GetProperty("version").GetInt32());
        Assert.Equal("candidate", Assert.Single((await job.GetAsync($"{Api.Uc}/models/{Name}?include_aliases=True")).Ok().Items("aliases")).Text("alias_name"));

        // One store: the other dialect shows the same version, with its tags.
        var same = (await job.GetAsync($"{Api.Mlflow}/model-versions/get?name={Name}&version=1")).Ok().GetProperty("model_version");
        Assert.Equal("READY", same.Text("status"));
        Assert.Equal(["c"], same.Items("tags").Select(t => t.Text("key")));
    }

    [Fact]
    public async Task Writing_is_possible_while_a_version_is_pending_and_reading_also_after()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegisteredAsync(catalog);

        _ = (await VendAsync(job, "MODEL_VERSION_OPERATION_READ")).Ok();
        _ = (await job.PostAsync($"{Api.Mlflow}/model-versions/finalize", new { name = Name, version = "1" })).Ok();
        var write = await VendAsync(job, "MODEL_VERSION_OPERATION_READ_WRITE");
        var again = await job.PostAsync($"{Api.Mlflow}/model-versions/finalize", new { name = Name, version = "1" });
        var read = (await VendAsync(job, "MODEL_VERSION_OPERATION_READ")).Ok().GetProperty("credentials");

        Assert.Contains("has been finalized", write.Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
        Assert.Contains("has been finalized", again.Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
        var location = (await job.GetAsync($"{Api.Mlflow}/model-versions/get-download-uri?name={Name}&version=1")).Ok().Text("artifact_uri");
        var resource = location.Replace("s3://", "arn:aws:s3:::", StringComparison.Ordinal) + "/MLmodel";
        Assert.True(catalog.PolicyOf(read).Allows("s3:GetObject", resource));
        Assert.False(catalog.PolicyOf(read).Allows("s3:PutObject", resource));
    }

    [Fact]
    public async Task A_found_version_in_a_search_has_no_tags_and_numbers_are_not_used_again()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegisteredAsync(catalog);
        _ = (await CreateVersionAsync(job)).Ok();
        _ = (await job.DeleteAsync($"{Api.Mlflow}/model-versions/delete", new { name = Name, version = "2" })).Ok();
        var third = (await CreateVersionAsync(job)).Ok().GetProperty("model_version");

        var found = (await job.GetAsync($"{Api.Mlflow}/model-versions/search?filter={Uri.EscapeDataString($"name='{Name}'")}")).Ok().Items("model_versions");

        Assert.Equal("3", third.Text("version"));
        Assert.Equal(["1", "3"], found.Select(v => v.Text("version")));
        Assert.All(found, v => Assert.False(v.Has("tags")));
        Assert.All(found, v => Assert.Equal("run-7", v.Text("run_id")));
        Assert.Contains("'filter'", (await job.GetAsync($"{Api.Mlflow}/model-versions/search?filter=run_id='x'"))
            .Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("USE_CATALOG", "User does not have USE CATALOG on Catalog 'finance'.")]
    [InlineData("USE_SCHEMA", "User does not have USE SCHEMA on Schema 'finance.ml'.")]
    [InlineData("CREATE_MODEL", "User does not have CREATE MODEL on Schema 'finance.ml'.")]
    public async Task Creating_a_model_needs_each_of_three_privileges(string missing, string message)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegistrarAsync(catalog);

        await catalog.Admin.RevokeAsync(missing == "USE_CATALOG" ? "catalog" : "schema", missing == "USE_CATALOG" ? "finance" : "finance.ml", job.Name, missing);

        _ = (await job.PostAsync($"{Api.Mlflow}/registered-models/create", new { name = Name })).Denied(message);
        _ = (await job.PostAsync($"{Api.Uc}/models", new { catalog_name = "finance", schema_name = "ml", name = "summariser" })).Denied(message);
    }

    [Fact]
    public async Task EXECUTE_reads_a_model_and_changes_nothing_CREATE_MODEL_VERSION_adds_versions()
    {
        await using var catalog = await TestCatalog.StartAsync();
        _ = await RegisteredAsync(catalog);
        var other = await catalog.SignInAsync();
        await catalog.LetInAsync(other, "ml");

        _ = (await other.GetAsync($"{Api.Uc}/models/{Name}")).Denied($"User does not have EXECUTE on Routine or Model '{Name}'.");
        await catalog.Admin.GrantAsync("function", Name, other.Name, "EXECUTE");
        _ = (await other.GetAsync($"{Api.Uc}/models/{Name}")).Ok();
        _ = (await VendAsync(other, "MODEL_VERSION_OPERATION_READ")).Ok();
        _ = (await VendAsync(other, "MODEL_VERSION_OPERATION_READ_WRITE")).Denied($"User does not have CREATE MODEL VERSION on Routine or Model '{Name}'.");
        _ = (await CreateVersionAsync(other)).Denied($"User does not have CREATE MODEL VERSION on Routine or Model '{Name}'.");
        _ = (await other.PutAsync($"{Api.Uc}/models/{Name}/aliases/champion", new { version_num = 1 })).Refused(403, "PERMISSION_DENIED");
        _ = (await other.PostAsync($"{Api.Mlflow}/model-versions/set-tag", new { name = Name, version = "1", key = "k", value = "v" }))
            .Denied($"User does not have APPLY TAG on Routine or Model '{Name}'.");
        _ = (await other.DeleteAsync($"{Api.Uc}/models/{Name}")).Refused(403, "PERMISSION_DENIED");
        await catalog.Admin.GrantAsync("function", Name, other.Name, "CREATE MODEL VERSION");
        Assert.Equal("2", (await CreateVersionAsync(other)).Ok().GetProperty("model_version").Text("version"));
    }

    [Fact]
    public async Task Files_go_under_the_storage_root_of_the_schema_or_its_catalog()
    {
        await using var catalog = await TestCatalog.StartAsync();
        _ = (await catalog.Admin.PostAsync($"{Api.Uc}/catalogs", new { name = "risk", storage_root = "s3://risk-models/root/" })).Ok();
        _ = (await catalog.Admin.PostAsync($"{Api.Uc}/schemas", new { catalog_name = "risk", name = "a" })).Ok();
        _ = (await catalog.Admin.PostAsync($"{Api.Uc}/schemas", new { catalog_name = "risk", name = "b", storage_root = "s3://risk-models/b" })).Ok();

        var a = (await catalog.Admin.PostAsync($"{Api.Uc}/models", new { catalog_name = "risk", schema_name = "a", name = "m" })).Ok();
        var b = (await catalog.Admin.PostAsync($"{Api.Uc}/models", new { catalog_name = "risk", schema_name = "b", name = "m" })).Ok();

        Assert.StartsWith("s3://risk-models/root/models/", a.Text("storage_location"), StringComparison.Ordinal);
        Assert.StartsWith("s3://risk-models/b/models/", b.Text("storage_location"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_created_once_renamed_listed_and_deleted_with_their_versions()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegisteredAsync(catalog);

        _ = (await job.PostAsync($"{Api.Mlflow}/registered-models/create", new { name = Name })).Refused(400, "RESOURCE_ALREADY_EXISTS");
        _ = (await job.PatchAsync($"{Api.Uc}/models/{Name}", new { new_name = "summary" })).Ok();
        _ = (await job.GetAsync($"{Api.Uc}/models/{Name}")).Refused(404, "RESOURCE_DOES_NOT_EXIST");
        Assert.Equal(
            ["finance.ml.summary"],
            (await job.GetAsync($"{Api.Uc}/models?catalog_name=finance&schema_name=ml")).Ok().Items("registered_models").Select(m => m.Text("full_name")));
        Assert.Single((await job.GetAsync($"{Api.Uc}/models/finance.ml.summary/versions")).Ok().Items("model_versions"));
        _ = (await job.DeleteAsync($"{Api.Mlflow}/registered-models/delete", new { name = "finance.ml.summary" })).Ok();
        _ = (await job.GetAsync($"{Api.Mlflow}/model-versions/get?name=finance.ml.summary&version=1")).Refused(404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task An_alias_moves_and_ends_with_its_version()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegisteredAsync(catalog);
        _ = (await CreateVersionAsync(job)).Ok();
        const string alias = $"{Api.Mlflow}/registered-models/alias";

        _ = (await job.PostAsync(alias, new { name = Name, alias = "champion", version = "1" })).Ok();
        _ = (await job.PostAsync(alias, new { name = Name, alias = "champion", version = "2" })).Ok();
        Assert.Equal("2", (await job.GetAsync($"{alias}?name={Name}&alias=champion")).Ok().GetProperty("model_version").Text("version"));
        _ = (await job.DeleteAsync($"{Api.Uc}/models/{Name}/versions/2")).Ok();
        _ = (await job.GetAsync($"{alias}?name={Name}&alias=champion")).Refused(404, "RESOURCE_DOES_NOT_EXIST");
        _ = (await job.PostAsync(alias, new { name = Name, alias = "v1", version = "1" })).Refused(400, "INVALID_PARAMETER_VALUE");
        _ = (await job.PostAsync(alias, new { name = Name, alias = "ok", version = "9" })).Refused(404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Theory]
    [InlineData("""{"name":"finance.ml.summariser","version":1,"operation":"MODEL_VERSION_OPERATION_READ"}""", "'version'")]
    [InlineData("""{"name":"finance.ml.summariser","version":"one","operation":"MODEL_VERSION_OPERATION_READ"}""", "'version'")]
    [InlineData("""{"name":"finance.ml.summariser","version":"1","operation":"READ"}""", "'operation'")]
    [InlineData("""{"version":"1","operation":"MODEL_VERSION_OPERATION_READ"}""", "'name'")]
    [InlineData("""{"name":"summariser","version":"1","operation":"MODEL_VERSION_OPERATION_READ"}""", "'full_name'")]
    public async Task The_MLflow_dialect_takes_full_names_and_versions_as_strings(string body, string field)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegisteredAsync(catalog);

        var refused = await job.SendTextAsync(HttpMethod.Post, $"{Api.Mlflow}/model-versions/generate-temporary-credentials", body);

        Assert.Contains(field, refused.Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_native_dialect_takes_versions_as_integers()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await RegisteredAsync(catalog);

        var refused = await job.SendTextAsync(
            HttpMethod.Post,
            $"{Api.Uc}/temporary-model-version-credentials",
            """{"catalog_name":"finance","schema_name":"ml","model_name":"summariser","version":"1","operation":"READ_MODEL_VERSION"}""");

        Assert.Contains("'version'", refused.Refused(400, "INVALID_PARAMETER_VALUE").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Native_answers_of_a_new_model_leave_out_what_is_empty()
    {
        await using var catalog = await TestCatalog.StartAsync();
        _ = await RegisteredAsync(catalog);

        var model = (await catalog.Admin.GetAsync($"{Api.Uc}/models/{Name}?include_aliases=true")).Ok();

        Assert.All(new[] { "aliases", "comment", "browse_only" }, property => Assert.False(model.Has(property)));
        Assert.Equal(JsonValueKind.Number, model.GetProperty("created_at").ValueKind);
    }

    private static async Task<Api> RegistrarAsync(TestCatalog catalog)
    {
        var job = await catalog.SignInAsync();
        await catalog.LetInAsync(job, "ml", "CREATE_MODEL");
        return job;
    }

    private static async Task<Api> RegisteredAsync(TestCatalog catalog)
    {
        var job = await RegistrarAsync(catalog);
        _ = (await job.PostAsync($"{Api.Mlflow}/registered-models/create", new { name = Name })).Ok();
        _ = (await CreateVersionAsync(job)).Ok();
        return job;
    }

    private static Task<Reply> CreateVersionAsync(Api caller) => caller.PostAsync(
        $"{Api.Mlflow}/model-versions/create",
        new { name = Name, source = "s3://artifacts/run", run_id = "run-7", tags = new[] { new { key = "a", value = "b" } } });

    private static Task<Reply> VendAsync(Api caller, string operation) => caller.PostAsync(
        $"{Api.Mlflow}/model-versions/generate-temporary-credentials", new { name = Name, version = "1", operation });
}
