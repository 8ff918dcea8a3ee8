using GovernedFinetune.Operator.Catalog.Lineage;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class LineageSinkTests : IDisposable
{
    private const string Objects = "/api/2.0/lineage-tracking/external-metadata";
    private const string Edges = "/api/2.0/lineage-tracking/external-lineage";
    private static readonly Dictionary<string, string> Properties = new() { ["run_uid"] = "7f0c" };
    private static readonly ExternalObject Job = new("train-7f0c", "SageMaker training job", "d", null, Properties);
    private static readonly LineageEdge ToModel = new(new LineageNode.External("train-7f0c"), new LineageNode.Model("finance.ml.risk", "3"), Properties);
    private static readonly LineageEdge FromTable = new(new LineageNode.Table("finance.raw.t"), new LineageNode.External("train-7f0c"), Properties);
    private readonly FakeCatalog _catalog = new();
    private readonly ExternalLineageSink _sink;

    public LineageSinkTests() => _sink = new ExternalLineageSink(_catalog.Client);

    public void Dispose() => _catalog.Dispose();

    [Fact]
    public async Task A_new_object_is_one_call()
    {
        _catalog.Answer($"POST {Objects}", "{}");
        Assert.True(await _sink.UpsertObjectAsync(Job, CancellationToken.None));
        Assert.Equal(
            """{"name":"train-7f0c","system_type":"OTHER","entity_type":"SageMaker training job","description":"d","properties":{"run_uid":"7f0c"}}""",
            Assert.Single(_catalog.Sent).Body);
    }

    [Theory]
    [InlineData(409, "RESOURCE_ALREADY_EXISTS")]
    [InlineData(400, "ALREADY_EXISTS")]
    public async Task An_object_that_is_there_is_patched_with_a_mask(int status, string code)
    {
        _catalog.Answer($"POST {Objects}", status, $$"""{"error_code":"{{code}}"}""").Answer($"PATCH {Objects}/train-7f0c", "{}");
        Assert.False(await _sink.UpsertObjectAsync(Job, CancellationToken.None));
        Assert.Equal($"PATCH {Objects}/train-7f0c?update_mask=entity_type%2Cdescription%2Curl%2Cproperties", _catalog.Sent[^1].Line);
    }

    [Fact]
    public async Task A_new_edge_is_posted_with_its_two_ends()
    {
        _catalog.Answer($"GET {Edges}", "{}").Answer($"POST {Edges}", """{"id":"1"}""");
        await _sink.UpsertEdgeAsync(ToModel, mayExist: true, CancellationToken.None);
        Assert.Equal($"GET {Edges}?object_info.external_metadata.name=train-7f0c&lineage_direction=DOWNSTREAM", _catalog.Sent[0].Line);
        Assert.Equal(
            """{"source":{"external_metadata":{"name":"train-7f0c"}},"target":{"model_version":{"name":"finance.ml.risk","version":"3"}},"properties":{"run_uid":"7f0c"}}""",
            _catalog.Sent[1].Body);
    }

    [Fact]
    public async Task An_edge_of_an_object_that_was_just_made_is_one_call()
    {
        _catalog.Answer($"POST {Edges}", """{"id":"1"}""");
        await _sink.UpsertEdgeAsync(ToModel, mayExist: false, CancellationToken.None);
        Assert.Equal([$"POST {Edges}"], _catalog.Lines);
    }

    [Theory]
    [InlineData("""{"model_info":{"model_name":"finance.ml.risk","version":3}}""")]
    [InlineData("""{"model_info":{"model_name":"finance.ml.risk","version":"3","event_time":"2026-11-24T10:00:00Z"}}""")]
    public async Task An_edge_that_is_there_is_changed_and_never_doubled(string listed)
    {
        _catalog.Answer($"GET {Edges}", $$"""{"next_page_token":"p2"}""")
            .Answer($"GET {Edges}", $$"""{"external_lineage_relationships":[{{listed}}]}""")
            .Answer($"PATCH {Edges}", "{}");
        await _sink.UpsertEdgeAsync(ToModel, mayExist: true, CancellationToken.None);
        Assert.Equal($"PATCH {Edges}?update_mask=properties", _catalog.Sent[^1].Line);
    }

    [Fact]
    public async Task An_edge_that_is_there_with_the_same_properties_is_left_alone()
    {
        _catalog.Answer($"GET {Edges}", """
            {"external_lineage_relationships":[
              {"table_info":{"catalog_name":"finance","schema_name":"raw","name":"other"}},
              {"table_info":{"catalog_name":"finance","schema_name":"raw","name":"t"},"external_lineage_info":{"properties":{"run_uid":"7f0c"}}}]}
            """);
        await _sink.UpsertEdgeAsync(FromTable, mayExist: true, CancellationToken.None);
        Assert.Equal($"GET {Edges}?object_info.external_metadata.name=train-7f0c&lineage_direction=UPSTREAM", Assert.Single(_catalog.Lines));
    }

    [Fact]
    public async Task An_edge_that_somebody_else_made_meanwhile_is_patched()
    {
        _catalog.Answer($"GET {Edges}", "{}").Answer($"POST {Edges}", 409, """{"error_code":"RESOURCE_ALREADY_EXISTS"}""").Answer($"PATCH {Edges}", "{}");
        await _sink.UpsertEdgeAsync(FromTable, mayExist: true, CancellationToken.None);
        Assert.StartsWith("PATCH", _catalog.Sent[^1].Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edge_without_an_external_end_is_refused_before_anything_is_sent()
    {
        var edge = new LineageEdge(new LineageNode.Table("a.b.c"), new LineageNode.Model("a.b.m", "1"), Properties);
        await Failing.WithAsync(FailureKind.Terminal, Reasons.RequestRejected, () => _sink.UpsertEdgeAsync(edge, mayExist: true, CancellationToken.None));
        Assert.Empty(_catalog.Sent);
    }

    [Fact]
    public async Task A_preview_that_is_off_is_said_in_words_that_help()
    {
        _catalog.Answer($"POST {Objects}", 404, """{"error_code":"ENDPOINT_NOT_FOUND","message":"No API found for 'POST /lineage-tracking/external-metadata'"}""");
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.RequestRejected, () => _sink.UpsertObjectAsync(Job, CancellationToken.None));
        Assert.Contains("preview may be off", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_open_source_server_keeps_no_lineage_and_that_is_said()
    {
        await Failing.WithAsync(FailureKind.Terminal, Reasons.RequestRejected, () => new NoLineageSink().UpsertEdgeAsync(ToModel, mayExist: true, CancellationToken.None));
    }
}
