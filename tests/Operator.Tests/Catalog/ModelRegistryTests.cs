using GovernedFinetune.Operator.Catalog.Models;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class ModelRegistryTests : IDisposable
{
    private const string Mlflow = "/api/2.0/mlflow/unity-catalog";
    private const string Native = "/api/2.1/unity-catalog/models";
    private const string Model = "finance.ml.risk";
    private readonly FakeCatalog _catalog = new();
    private readonly MlflowModelRegistry _mlflow;
    private readonly NativeModelRegistry _native;

    public ModelRegistryTests() => (_mlflow, _native) = (new MlflowModelRegistry(_catalog.Client), new NativeModelRegistry(_catalog.Client));

    public void Dispose() => _catalog.Dispose();

    private static NewModelVersion New => new(Model, "s3://a/7f0c/train-a1/model", "7f0c", "For people", new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });

    [Fact]
    public async Task A_model_that_exists_is_not_created()
    {
        _catalog.Answer($"GET {Mlflow}/registered-models/get", """{"registered_model":{"name":"finance.ml.risk"}}""");
        await _mlflow.EnsureModelAsync(Model, "d", CancellationToken.None);
        Assert.Equal([$"GET {Mlflow}/registered-models/get?name=finance.ml.risk"], _catalog.Lines);
    }

    [Theory]
    [InlineData(200, """{"registered_model":{}}""")]
    [InlineData(400, """{"error_code":"RESOURCE_ALREADY_EXISTS"}""")]
    public async Task A_missing_model_is_created_and_somebody_elses_create_is_as_good(int status, string answer)
    {
        _catalog.Answer($"GET {Mlflow}/registered-models/get", 404, """{"error_code":"RESOURCE_DOES_NOT_EXIST"}""")
            .Answer($"POST {Mlflow}/registered-models/create", status, answer);
        await _mlflow.EnsureModelAsync(Model, "d", CancellationToken.None);
        Assert.Equal("""{"name":"finance.ml.risk","description":"d"}""", _catalog.Sent[^1].Body);
    }

    [Fact]
    public async Task The_version_of_a_run_is_found_on_any_page_also_after_an_empty_one()
    {
        var route = $"GET {Mlflow}/model-versions/search";
        _catalog.Answer(route, """{"model_versions":[{"version":"1","run_id":"other","status":"READY"}],"next_page_token":"p2"}""")
            .Answer(route, """{"next_page_token":"p3"}""")
            .Answer(route, """{"model_versions":[{"name":"finance.ml.risk","version":"3","run_id":"7f0c","status":"PENDING_REGISTRATION","storage_location":"s3://m/3"}]}""");
        var found = await _mlflow.FindVersionAsync(Model, "7f0c", CancellationToken.None);
        Assert.Equal(("3", ModelVersionState.Pending, "s3://m/3", "7f0c"), (found!.Version, found.State, found.StorageLocation, found.RunId));
        Assert.Equal(
            [
                $"{route}?filter=name%3D%27finance.ml.risk%27",
                $"{route}?filter=name%3D%27finance.ml.risk%27&page_token=p2",
                $"{route}?filter=name%3D%27finance.ml.risk%27&page_token=p3",
            ],
            _catalog.Lines);
    }

    [Theory]
    [InlineData("""{"version":"1","run_id":"7f0c","status":"FAILED_REGISTRATION"},{"version":"2","run_id":"7f0c","status":"READY"},{"version":"3","run_id":"7f0c","status":"PENDING_REGISTRATION"}""", "2")]
    [InlineData("""{"version":"10","run_id":"7f0c","status":"READY"},{"version":"9","run_id":"7f0c","status":"READY"}""", "9")]
    [InlineData("""{"version":"4","source":"s3://artifacts/runs/ns/n/7f0c/train-a1/model","status":"READY"}""", "4")]
    [InlineData("""{"version":"4","source":"s3://artifacts/runs/ns/n/7f0c/train-a1/model","run_id":"other","status":"READY"}""", null)]
    [InlineData("""{"version":"4","source":"s3://artifacts/runs/ns/n/7f0cd/train-a1/model","status":"READY"}""", null)]
    public async Task The_version_of_a_run_is_told_by_run_id_else_by_the_source(string versions, string? expected)
    {
        _catalog.Answer($"GET {Mlflow}/model-versions/search", $$"""{"model_versions":[{{versions}}]}""");
        Assert.Equal(expected, (await _mlflow.FindVersionAsync(Model, "7f0c", CancellationToken.None))?.Version);
    }

    [Fact]
    public async Task A_model_that_does_not_exist_has_no_version()
    {
        _catalog.Answer($"GET {Mlflow}/model-versions/search", 404, """{"error_code":"RESOURCE_DOES_NOT_EXIST"}""");
        Assert.Null(await _mlflow.FindVersionAsync(Model, "7f0c", CancellationToken.None));
    }

    [Theory]
    [InlineData("""["candidate"]""")]
    [InlineData("""[{"alias":"candidate","version":"3"}]""")]
    [InlineData("""[{"alias_name":"candidate","version_num":3}]""")]
    public async Task Aliases_are_read_in_every_form(string aliases)
    {
        _catalog.Answer($"GET {Mlflow}/model-versions/get", $$$"""{"model_version":{"version":"3","status":"READY","aliases":{{{aliases}}}}}""");
        Assert.Equal(["candidate"], (await _mlflow.GetVersionAsync(Model, "3", CancellationToken.None))!.Aliases);
        Assert.Equal([$"GET {Mlflow}/model-versions/get?name=finance.ml.risk&version=3"], _catalog.Lines);
    }

    [Fact]
    public async Task A_state_that_is_not_known_is_unknown()
    {
        _catalog.Answer($"GET {Mlflow}/model-versions/get", """{"model_version":{"version":"3","status":"BEING_SCANNED"}}""");
        Assert.Equal(ModelVersionState.Unknown, (await _mlflow.GetVersionAsync(Model, "3", CancellationToken.None))!.State);
    }

    [Fact]
    public async Task A_version_is_created_with_run_id_source_and_tags()
    {
        _catalog.Answer($"POST {Mlflow}/model-versions/create", """{"model_version":{"version":"3","status":"PENDING_REGISTRATION","storage_location":"s3://m/3"}}""");
        Assert.Equal("3", (await _mlflow.CreateVersionAsync(New, CancellationToken.None))?.Version);
        Assert.Equal(
            """{"name":"finance.ml.risk","source":"s3://a/7f0c/train-a1/model","run_id":"7f0c","description":"For people","tags":[{"key":"b","value":"2"},{"key":"a","value":"1"}]}""",
            _catalog.Sent[0].Body);
    }

    [Fact]
    public async Task A_version_of_a_model_that_does_not_exist_is_not_created()
    {
        _catalog.Answer($"POST {Mlflow}/model-versions/create", 404, """{"error_code":"RESOURCE_DOES_NOT_EXIST"}""")
            .Answer($"POST {Native}/versions", 404, """{"error_code":"NOT_FOUND"}""");
        Assert.Null(await _mlflow.CreateVersionAsync(New, CancellationToken.None));
        Assert.Null(await _native.CreateVersionAsync(New, CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"model_version":{"version":"3","status":"READY"}}""", ModelVersionState.Ready)]
    [InlineData("""{"model_version":{"version":"3","status":"PENDING_REGISTRATION"}}""", ModelVersionState.Pending)]
    [InlineData("""{"model_version":{"version":"3"}}""", null)]
    [InlineData("{}", null)]
    public async Task What_finalizing_answers_is_taken_only_when_it_says_a_state(string answer, ModelVersionState? state)
    {
        _catalog.Answer($"POST {Mlflow}/model-versions/finalize", answer);
        Assert.Equal(state, (await _mlflow.FinalizeVersionAsync(Model, "3", CancellationToken.None))?.State);
    }

    [Fact]
    public async Task Finalizing_again_after_a_lost_answer_is_success()
    {
        _catalog.Answer($"POST {Mlflow}/model-versions/finalize", 400, """{"error_code":"INVALID_STATE","message":"has been finalized"}""")
            .Answer($"GET {Mlflow}/model-versions/get", """{"model_version":{"version":"3","status":"READY"}}""");
        Assert.Equal(ModelVersionState.Ready, (await _mlflow.FinalizeVersionAsync(Model, "3", CancellationToken.None))?.State);
        Assert.Equal("""{"name":"finance.ml.risk","version":"3"}""", _catalog.Sent[0].Body);
    }

    [Fact]
    public async Task A_version_that_cannot_be_finalized_is_a_failure()
    {
        _catalog.Answer($"POST {Mlflow}/model-versions/finalize", 400, """{"error_code":"INVALID_STATE","message":"failed"}""")
            .Answer($"GET {Mlflow}/model-versions/get", """{"model_version":{"version":"3","status":"FAILED_REGISTRATION"}}""");
        await Failing.WithAsync(FailureKind.Terminal, Reasons.RequestRejected, () => _mlflow.FinalizeVersionAsync(Model, "3", CancellationToken.None));
    }

    [Fact]
    public async Task An_alias_names_a_version()
    {
        _catalog.Answer($"POST {Mlflow}/registered-models/alias", "{}");
        await _mlflow.SetAliasAsync(Model, "candidate", "3", CancellationToken.None);
        Assert.Equal("""{"name":"finance.ml.risk","alias":"candidate","version":"3"}""", _catalog.Sent[0].Body);
    }

    [Fact]
    public async Task The_open_source_server_gets_tags_in_the_comment()
    {
        _catalog.Answer($"POST {Native}/versions", """{"version":3,"status":"PENDING_REGISTRATION","storage_location":"s3://m/3","run_id":"7f0c"}""");
        var created = await _native.CreateVersionAsync(New, CancellationToken.None);
        Assert.Equal(("3", ModelVersionState.Pending), (created!.Version, created.State));
        Assert.Equal(
            """{"model_name":"risk","catalog_name":"finance","schema_name":"ml","source":"s3://a/7f0c/train-a1/model","run_id":"7f0c","comment":"For people\na=1\nb=2"}""",
            _catalog.Sent[0].Body);
    }

    [Fact]
    public async Task The_open_source_server_is_spoken_to_in_its_own_routes()
    {
        _catalog.Answer($"GET {Native}/{Model}", 404, """{"error_code":"NOT_FOUND"}""")
            .Answer($"POST {Native}", "{}")
            .Answer($"GET {Native}/{Model}/versions", """{"model_versions":[{"version":2,"run_id":"7f0c","status":"READY"}]}""")
            .Answer($"GET {Native}/{Model}/versions/2", """{"version":2,"status":"READY"}""")
            .Answer($"PATCH {Native}/{Model}/versions/2/finalize", "{}");
        await _native.EnsureModelAsync(Model, "d", CancellationToken.None);
        Assert.Equal("""{"name":"risk","catalog_name":"finance","schema_name":"ml","comment":"d"}""", _catalog.Sent[^1].Body);
        Assert.Equal("2", (await _native.FindVersionAsync(Model, "7f0c", CancellationToken.None))!.Version);
        Assert.Equal(ModelVersionState.Ready, (await _native.GetVersionAsync(Model, "2", CancellationToken.None))!.State);
        Assert.Null(await _native.FinalizeVersionAsync(Model, "2", CancellationToken.None));
        Assert.Equal("""{"full_name":"finance.ml.risk","version":2}""", _catalog.Sent[^1].Body);
    }

    [Fact]
    public async Task The_open_source_server_has_no_aliases_and_that_is_said()
    {
        await Failing.WithAsync(FailureKind.Terminal, Reasons.RequestRejected, () => _native.SetAliasAsync(Model, "candidate", "3", CancellationToken.None));
    }
}
