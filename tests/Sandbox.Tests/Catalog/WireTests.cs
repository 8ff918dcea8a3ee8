using System.Text;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Tests.Catalog;

public sealed class WireTests
{
    public static TheoryData<string, string> BodyRoutes() => new()
    {
        { "POST", "/api/2.1/unity-catalog/catalogs" },
        { "PATCH", "/api/2.1/unity-catalog/catalogs/finance" },
        { "POST", "/api/2.1/unity-catalog/schemas" },
        { "PATCH", "/api/2.1/unity-catalog/schemas/finance.raw" },
        { "POST", "/api/2.1/unity-catalog/tables" },
        { "PATCH", "/api/2.1/unity-catalog/tables/finance.raw.risk_factors" },
        { "POST", "/api/2.1/unity-catalog/storage-credentials" },
        { "PATCH", "/api/2.1/unity-catalog/storage-credentials/lake-role" },
        { "POST", "/api/2.1/unity-catalog/external-locations" },
        { "PATCH", "/api/2.1/unity-catalog/external-locations/lake" },
        { "PATCH", "/api/2.1/unity-catalog/permissions/table/finance.raw.risk_factors" },
        { "POST", "/api/2.0/unity-catalog/temporary-table-credentials" },
        { "POST", "/api/2.0/unity-catalog/temporary-path-credentials" },
        { "POST", "/api/2.1/unity-catalog/temporary-model-version-credentials" },
        { "POST", "/api/2.1/unity-catalog/models" },
        { "POST", "/api/2.1/unity-catalog/models/versions" },
        { "PATCH", "/api/2.1/unity-catalog/models/finance.ml.m" },
        { "PATCH", "/api/2.1/unity-catalog/models/finance.ml.m/versions/1" },
        { "PUT", "/api/2.1/unity-catalog/models/finance.ml.m/aliases/a" },
        { "PATCH", "/api/2.1/unity-catalog/securable-tags/FUNCTION/finance.ml.m" },
        { "PATCH", "/api/2.1/unity-catalog/subentity-tags/FUNCTION/finance.ml.m/1" },
        { "POST", "/api/2.0/mlflow/unity-catalog/registered-models/create" },
        { "PATCH", "/api/2.0/mlflow/unity-catalog/registered-models/update" },
        { "DELETE", "/api/2.0/mlflow/unity-catalog/registered-models/delete" },
        { "POST", "/api/2.0/mlflow/unity-catalog/registered-models/alias" },
        { "DELETE", "/api/2.0/mlflow/unity-catalog/registered-models/alias" },
        { "POST", "/api/2.0/mlflow/unity-catalog/registered-models/set-tag" },
        { "POST", "/api/2.0/mlflow/unity-catalog/model-versions/create" },
        { "PATCH", "/api/2.0/mlflow/unity-catalog/model-versions/update" },
        { "DELETE", "/api/2.0/mlflow/unity-catalog/model-versions/delete" },
        { "POST", "/api/2.0/mlflow/unity-catalog/model-versions/finalize" },
        { "POST", "/api/2.0/mlflow/unity-catalog/model-versions/set-tag" },
        { "DELETE", "/api/2.0/mlflow/unity-catalog/model-versions/delete-tag" },
        { "POST", "/api/2.0/mlflow/unity-catalog/model-versions/generate-temporary-credentials" },
        { "POST", "/api/2.0/lineage-tracking/external-metadata" },
        { "PATCH", "/api/2.0/lineage-tracking/external-metadata/job?update_mask=*" },
        { "POST", "/api/2.0/lineage-tracking/external-lineage" },
        { "PATCH", "/api/2.0/lineage-tracking/external-lineage?update_mask=columns" },
        { "POST", "/_sandbox/service-principals" },
        { "POST", "/_sandbox/groups" },
        { "POST", "/_sandbox/metastore" },
    };

    /// <summary>Every field that any route reads, with a value of the wrong type, and bodies that are no objects at all.</summary>
    private static IEnumerable<string> BadBodies()
    {
        yield return "";
        yield return "{";
        yield return "[]";
        yield return "null";
        yield return "\"text\"";
        yield return """{"name":"a","name":"b"}""";
        yield return new string('[', 500);
        yield return "\u0000";
        string[] fields =
        [
            "name", "catalog_name", "schema_name", "table_type", "storage_location", "data_source_format", "columns", "properties", "comment", "owner",
            "new_name", "storage_root", "row_filter", "view_definition", "url", "credential_name", "aws_iam_role", "read_only", "changes", "table_id",
            "operation", "dry_run", "model_name", "version", "version_num", "source", "target", "run_id", "tags", "alias", "key", "value", "description",
            "system_type", "entity_type", "id", "displayName", "applicationId", "members", "externalAccessEnabled", "storageRoot", "lineageRule",
            "pageSize", "lineageLimit", "grantVisibilityDelaySeconds",
        ];
        foreach (var wrong in new[] { "{\"x\":[]}", "[1,null,\"x\"]", "1e400", "-1", "\"\\ud800\"", "\"\"", $"\"{new string('x', 300)}\"" })
        {
            yield return "{" + string.Join(',', fields.Select(f => $"\"{f}\":{wrong}")) + "}";
        }
    }

    [Theory]
    [MemberData(nameof(BodyRoutes))]
    public async Task Bad_bodies_are_refused_with_a_reason_and_never_a_500(string method, string path)
    {
        await using var catalog = await TestCatalog.StartAsync();
        _ = (await catalog.Admin.PostAsync($"{Api.Uc}/models", new { catalog_name = "finance", schema_name = "ml", name = "m" })).Ok();
        _ = (await catalog.Admin.PostAsync("/api/2.0/lineage-tracking/external-metadata", new { name = "job", system_type = "OTHER", entity_type = "job" })).Ok();

        foreach (var body in BadBodies())
        {
            var reply = await catalog.Admin.SendTextAsync(new HttpMethod(method), path, body);

            Assert.True((int)reply.Status is >= 400 and < 500, $"{method} {path} with {Shorten(body)}: {(int)reply.Status} {reply.Text}");
            Assert.NotEmpty(reply.Message);
        }
    }

    [Theory]
    [InlineData("name", """{"catalog_name":"finance","schema_name":"raw","table_type":"EXTERNAL","data_source_format":"JSON","storage_location":"s3://governed/x"}""")]
    [InlineData("columns[1].name", """{"catalog_name":"finance","schema_name":"raw","name":"t","table_type":"EXTERNAL","columns":[{"name":"a"},{}]}""")]
    [InlineData("properties.k", """{"catalog_name":"finance","schema_name":"raw","name":"t","table_type":"VIEW","properties":{"k":1}}""")]
    public async Task A_missing_or_mistyped_field_is_named_by_its_path_also_as_a_field_violation(string field, string body)
    {
        await using var catalog = await TestCatalog.StartAsync();

        var refused = (await catalog.Admin.SendTextAsync(HttpMethod.Post, $"{Api.Uc}/tables", body)).Refused(400, "INVALID_PARAMETER_VALUE");

        Assert.Contains($"'{field}'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(field, Assert.Single(refused.Json.Items("details")[^1].Items("field_violations")).Text("field"));
    }

    [Theory]
    [InlineData("/api/2.1/unity-catalog/tables/%00.%ff.c")]
    [InlineData("/api/2.1/unity-catalog/tables/a..b")]
    [InlineData("/api/2.1/unity-catalog/tables/%F0%9F%94%A5.b.c")]
    [InlineData("/api/2.1/unity-catalog/tables?catalog_name=finance&schema_name=raw&max_results=99999999999")]
    [InlineData("/api/2.1/unity-catalog/tables?catalog_name=finance&schema_name=raw&page_token=%F0%9F%94%A5")]
    [InlineData("/api/2.1/unity-catalog/tables?catalog_name=finance&schema_name=raw&page_token=////")]
    [InlineData("/api/2.1/unity-catalog/tables?catalog_name=finance&schema_name=raw&omit_columns=maybe")]
    [InlineData("/api/2.1/unity-catalog/tables?catalog_name=finance")]
    [InlineData("/api/2.1/unity-catalog/permissions/%00/%00")]
    [InlineData("/api/2.1/unity-catalog/models/a.b.c/versions/99999999999")]
    [InlineData("/api/2.0/mlflow/unity-catalog/model-versions/get?name=a.b.c&version=99999999999")]
    [InlineData("/api/2.0/mlflow/unity-catalog/model-versions/search?filter=%27")]
    [InlineData("/api/2.0/lineage-tracking/external-lineage?lineage_direction=UPSTREAM&object_info.path.url=s3://%00%00%00")]
    public async Task Bad_paths_and_queries_are_refused_with_a_reason_and_never_a_500(string path)
    {
        await using var catalog = await TestCatalog.StartAsync();

        var reply = await catalog.Admin.GetAsync(path);

        Assert.True((int)reply.Status is 400 or 404, $"{path}: {(int)reply.Status} {reply.Text}");
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using var catalog = await TestCatalog.StartAsync();

        var refused = await catalog.Admin.SendTextAsync(HttpMethod.Post, $"{Api.Uc}/catalogs", new string(' ', (4 << 20) + 1));

        _ = refused.Refused(400, "MALFORMED_REQUEST");
    }

    [Theory]
    [InlineData("POST", "/api/2.0/lineage-tracking/table-lineage", "No API found for 'POST /lineage-tracking/table-lineage'")]
    [InlineData("GET", "/api/2.1/unity-catalog/nothing/here.at.all", "No API found for 'GET /unity-catalog/nothing/here.at.all'")]
    [InlineData("PUT", "/api/2.1/unity-catalog/tables/finance.raw.risk_factors", "No API found for 'PUT /unity-catalog/tables/finance.raw.risk_factors'")]
    [InlineData("GET", "/", "No API found for 'GET /'")]
    public async Task An_unknown_route_or_verb_is_ENDPOINT_NOT_FOUND(string method, string path, string message)
    {
        await using var catalog = await TestCatalog.StartAsync();

        var refused = await catalog.Admin.SendAsync(new HttpMethod(method), path, null);

        Assert.Equal(message, refused.Refused(404, "ENDPOINT_NOT_FOUND").Message);
    }

    [Fact]
    public async Task The_request_log_names_operation_principal_resource_and_refusal()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();
        _ = await job.GetAsync($"{Api.Uc}/effective-permissions/table/finance.raw.risk_factors?principal={job.Name}");
        _ = await job.PostAsync("/api/2.0/unity-catalog/temporary-table-credentials", new { table_id = catalog.TableId, operation = "READ" });
        _ = await catalog.Admin.PostAsync("/api/2.0/lineage-tracking/external-metadata", new { name = "j", system_type = "OTHER", entity_type = "job" });
        _ = await catalog.Admin.PostAsync("/api/2.0/lineage-tracking/external-lineage", new
        {
            source = new { table = new { name = "finance.raw.risk_factors" } },
            target = new { external_metadata = new { name = "j" } },
        });

        var log = catalog.Context.Requests.Snapshot().TakeLast(5).Select(r => $"{r.Operation} {r.Principal} {r.Resource} {r.Status} {r.Error}".TrimEnd());

        Assert.Equal(
            [
                $"oidc.token {job.Name}  200",
                $"effective-permissions.get {job.Name} finance.raw.risk_factors 200",
                $"temporary-table-credentials {job.Name} finance.raw.risk_factors 403 PERMISSION_DENIED",
                "external-metadata.create admin j 200",
                "external-lineage.create admin finance.raw.risk_factors -> j 200",
            ],
            log);
    }

    [Fact]
    public async Task No_secret_and_no_token_reaches_the_request_log()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var made = (await catalog.Admin.PostAsync("/_sandbox/service-principals", new { displayName = "trainer" })).Ok();
        var token = (await catalog.TokenAsync(made.Text("applicationId"), made.Text("clientSecret"))).Ok().Text("access_token");

        await using var stream = new FileStream(
            Path.Combine(catalog.Context.Options.StateDirectory, "requests.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var log = await reader.ReadToEndAsync();

        Assert.Contains(made.Text("applicationId"), log, StringComparison.Ordinal);
        Assert.All(new[] { made.Text("clientSecret"), token, catalog.Context.AdminToken }, secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Injected_faults_come_in_every_shape_that_a_gateway_sends()
    {
        await using var catalog = await TestCatalog.StartAsync();
        foreach (var (code, status) in new[] { ("REQUEST_LIMIT_EXCEEDED", 429), ("HTML_PAGE", 503), ("PLAIN_TEXT", 503) })
        {
            catalog.Context.Faults.Add(new FaultRule { Match = "metastore_summary", Status = status, Code = code, Times = 1, RetryAfterSeconds = 7 });
        }

        var json = await catalog.Admin.GetAsync($"{Api.Uc}/metastore_summary");
        var html = await catalog.Admin.GetAsync($"{Api.Uc}/metastore_summary");
        var text = await catalog.Admin.GetAsync($"{Api.Uc}/metastore_summary");

        _ = json.Refused(429, "REQUEST_LIMIT_EXCEEDED");
        Assert.Contains("<pre>", html.Text, StringComparison.Ordinal);
        Assert.StartsWith("UNAVAILABLE: ", text.Text, StringComparison.Ordinal);
        _ = (await catalog.Admin.GetAsync($"{Api.Uc}/metastore_summary")).Ok();
    }

    [Fact]
    public async Task Two_callers_who_create_the_same_table_at_once_make_one()
    {
        await using var catalog = await TestCatalog.StartAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => catalog.Admin.PostAsync($"{Api.Uc}/tables", TestCatalog.Table("once"))));

        Assert.Single(replies, r => (int)r.Status == 200);
        Assert.Equal(15, replies.Count(r => (int)r.Status == 400 && r.ErrorCode == "TABLE_ALREADY_EXISTS"));
    }

    private static string Shorten(string body) => Encoding.UTF8.GetByteCount(body) > 200 ? body[..200] + "..." : body;
}
