using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

/// <summary>A cluster that serves our own definitions, in a group of the tests.</summary>
public sealed class ProductCluster : IAsyncLifetime
{
    public Cluster Cluster { get; } = new();

    public RawClient Client => Cluster.Client;

    public string Api => $"/apis/{Cluster.Group}/v1alpha1/namespaces/{Cluster.Namespace}";

    /// <summary>What the server said to the definitions.</summary>
    public IReadOnlyList<Answer> Made { get; private set; } = [];

    public async Task InitializeAsync()
    {
        await Cluster.InitializeAsync();
        Made = [.. await Task.WhenAll(ProductFiles.Definitions(Cluster.Group).Select(Cluster.DefineAsync))];
    }

    public Task DisposeAsync() => Cluster.DisposeAsync();
}

/// <summary>What config/ ships, as a cluster sees it.</summary>
public sealed class ProductTests(ProductCluster product) : IClassFixture<ProductCluster>
{
    private const string Run = """
        {"spec":{"grant":"g","source":{"table":"a.b.c"},"preprocessing":{"outputTable":"a.b.d","textColumn":"t","promptTemplate":"{t}"},
         "model":{"id":"builtin/char-lm","revision":"1"},"training":{"instanceType":"ml.g5.2xlarge","spot":{"maxWait":"12h"}},"registry":{"model":"a.b.m"}}}
        """;

    private const string Grant = """{"spec":{"principal":"p","tables":["a.b.c"],"writeSchemas":["a.b"],"modelSchemas":["a.b"],"purpose":"test"}}""";

    [Fact]
    public void Each_definition_is_accepted_without_a_warning_and_is_small()
    {
        Assert.Equal(["DatasetGrant", "FineTuneRun"], product.Made.Select(d => d.At("spec.names.kind")!).Order(StringComparer.Ordinal));
        Assert.All(product.Made, d => Assert.Empty(d.Warnings));
        Assert.All(ProductFiles.Definitions(product.Cluster.Group), text => Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, 64 << 10));
    }

    [Fact]
    public async Task Each_sample_is_accepted_under_strict_validation_and_completed()
    {
        var samples = ProductFiles.Samples(product.Cluster.Group, product.Cluster.Namespace).ToList();
        Assert.True(samples.Count >= 6, $"Only {samples.Count} samples were found.");
        foreach (var sample in samples)
        {
            var isRun = sample.Contains("kind: FineTuneRun", StringComparison.Ordinal);
            var made = (await product.Client.SendAsync(HttpMethod.Post, $"{product.Api}/{(isRun ? "finetuneruns" : "datasetgrants")}?dryRun=All&fieldValidation=Strict", sample, RawClient.Yaml)).Expect(201);
            Assert.Equal("default", made.At("spec.profile"));
            Assert.Empty(made.Warnings);
        }
    }

    [Fact]
    public async Task What_is_left_out_is_filled_in()
    {
        var run = (await CreateAsync("finetuneruns", Run)).Expect(201);
        Assert.Equal(("default", "2", "false", "false", "Cancel"), (run.At("spec.profile"), run.At("spec.retry.limit"), run.At("spec.suspend"), run.At("spec.dryRun"), run.At("spec.onDelete")));
        Assert.Equal(("1024", "0.05", "2h"), (run.At("spec.preprocessing.maxTokens"), run.At("spec.preprocessing.validationFraction"), run.At("spec.preprocessing.timeout")));
        Assert.Equal(("1", "100", "LoRA", "6h"), (run.At("spec.training.instanceCount"), run.At("spec.training.volumeSizeGB"), run.At("spec.training.method"), run.At("spec.training.maxRuntime")));
        var grant = (await CreateAsync("datasetgrants", Grant)).Expect(201);
        Assert.Equal(("default", "5m", "Stop"), (grant.At("spec.profile"), grant.At("spec.recheckInterval"), grant.At("spec.onRevocation")));
    }

    [Theory]
    [InlineData("""{"profile":"other"}""", "spec.profile")]
    [InlineData("""{"grant":"other"}""", "spec.grant")]
    [InlineData("""{"source":{"version":3}}""", "spec.source")]
    [InlineData("""{"preprocessing":{"maxTokens":64}}""", "spec.preprocessing")]
    [InlineData("""{"model":{"revision":"2"}}""", "spec.model")]
    [InlineData("""{"training":{"spot":null}}""", "spec.training")]
    [InlineData("""{"registry":{"alias":"candidate"}}""", "spec.registry")]
    [InlineData("""{"retry":{"limit":3}}""", "spec.retry")]
    [InlineData("""{"dryRun":true}""", "spec.dryRun")]
    public async Task A_run_cannot_be_turned_into_another(string change, string field)
    {
        var made = (await CreateAsync("finetuneruns", Run)).Expect(201);
        var refused = await PatchAsync(made, change);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains(field, refused.Fields);
        Assert.Contains("is immutable", refused.At("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"suspend":true}""")]
    [InlineData("""{"onDelete":"Orphan"}""")]
    [InlineData("""{"ttlAfterFinished":"720h"}""")]
    public async Task A_run_can_be_suspended_and_told_what_becomes_of_it(string change)
    {
        var made = (await CreateAsync("finetuneruns", Run)).Expect(201);
        Assert.Equal("2", (await PatchAsync(made, change)).Expect(200).At("metadata.generation"));
    }

    [Theory]
    [InlineData("""{"preprocessing":{"outputTable":"a.b.c"}}""", "must differ from source.table")]
    [InlineData("""{"training":{"spot":{"maxWait":"1h"}}}""", "maxWait must be at least training.maxRuntime")]
    [InlineData("""{"training":{"maxRuntime":"673h","spot":null}}""", "maxRuntime must be longer than 0s and at most 672h")]
    [InlineData("""{"training":{"maxRuntime":"0s"}}""", "maxRuntime must be longer than 0s")]
    [InlineData("""{"training":{"maxRuntime":"6 hours"}}""", "spec.training.maxRuntime in body should match")]
    [InlineData("""{"training":{"method":"Guess"}}""", "Unsupported value: \"Guess\": supported values: \"LoRA\", \"QLoRA\", \"Full\"")]
    [InlineData("""{"training":{"instanceType":"g5.2xlarge"}}""", "spec.training.instanceType in body should match")]
    [InlineData("""{"training":{"instanceCount":0}}""", "should be greater than or equal to 1")]
    [InlineData("""{"model":{"id":"mistralai/Ministral-3-3B-Instruct-2512-BF16","revision":"main"}}""", "must be a full commit")]
    [InlineData("""{"registry":{"alias":"latest"}}""", "registry.alias must not be 'latest'")]
    [InlineData("""{"registry":{"model":"main.models"}}""", "spec.registry.model in body should match")]
    [InlineData("""{"registry":{"model":"a.b"}}""", "spec.registry.model in body should be at least 5 chars long")]
    [InlineData("""{"source":{"table":"A.b.c"}}""", "spec.source.table in body should match")]
    [InlineData("""{"onDelete":"Keep"}""", "Unsupported value: \"Keep\"")]
    [InlineData("""{"grant":null}""", "spec.grant: Required value")]
    [InlineData("""{"retry":{"limit":11}}""", "should be less than or equal to 10")]
    public async Task A_run_that_cannot_succeed_is_refused_with_the_reason(string change, string says)
    {
        var refused = await CreateAsync("finetuneruns", Run, change);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains(says, refused.At("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"tables":[]}""", "spec.tables in body should have at least 1 items")]
    [InlineData("""{"tables":["a.b.c","a.b.c"]}""", "Duplicate value: \"a.b.c\"")]
    [InlineData("""{"writeSchemas":["a.b.c"]}""", "in body should match")]
    [InlineData("""{"recheckInterval":"25h"}""", "recheckInterval must be between 1s and 24h")]
    [InlineData("""{"expiresAt":"tomorrow"}""", "spec.expiresAt in body must be of type date-time")]
    [InlineData("""{"onRevocation":"Wait"}""", "supported values: \"Stop\", \"Finish\"")]
    [InlineData("""{"purpose":""}""", "should be at least 1 chars long")]
    public async Task A_grant_that_makes_no_sense_is_refused_with_the_reason(string change, string says)
    {
        var refused = await CreateAsync("datasetgrants", Grant, change);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains(says, refused.At("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_is_written_apart_selected_by_and_shown()
    {
        var made = (await CreateAsync("finetuneruns", Run)).Expect(201);
        var name = made.At("metadata.name");
        var status = (await product.Client.PatchAsync(
            $"{product.Api}/finetuneruns/{name}/status",
            """{"status":{"phase":"Training","attempt":1,"training":{"progress":{"percent":40}},"conditions":[{"type":"Ready","status":"False","reason":"JobRunning","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""")).Expect(200);
        Assert.Equal("1", status.At("metadata.generation"));
        Assert.Contains(name, (await product.Client.GetAsync($"{product.Api}/finetuneruns?fieldSelector=status.phase%3DTraining,spec.grant%3Dg")).Expect(200).Names);

        var table = (await product.Client.GetAsync($"{product.Api}/finetuneruns/{name}", "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(200).Json;
        Assert.Equal(
            ["Name", "Phase", "Progress", "Model", "Version", "Attempt", "Age"],
            table["columnDefinitions"]!.AsArray().Where(c => c.At("priority") == "0").Select(c => c.At("name")));
        Assert.Equal([name, "Training", "40", "a.b.m", null, "1"], table["rows"]![0]!["cells"]!.AsArray().Take(6).Select(c => c?.ToString()));
    }

    [Theory]
    [InlineData("""{"phase":"Dreaming"}""")]
    [InlineData("""{"conditions":[{"type":"Ready","status":"Perhaps","reason":"X","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}""")]
    public async Task A_status_that_says_nothing_known_is_refused(string status)
    {
        var made = (await CreateAsync("finetuneruns", Run)).Expect(201);
        Assert.Equal((422, "Invalid"), (await product.Client.PatchAsync($"{product.Api}/finetuneruns/{made.At("metadata.name")}/status", $"{{\"status\":{status}}}")).Refusal);
    }

    [Fact]
    public async Task Both_kinds_have_short_names_and_a_category()
    {
        var resources = (await product.Client.GetAsync($"/apis/{product.Cluster.Group}/v1alpha1")).Expect(200).Json["resources"]!.AsArray();
        Assert.Equal(["datasetgrants dg governed", "finetuneruns ftr governed"], resources
            .Where(r => !r.At("name")!.Contains('/', StringComparison.Ordinal))
            .Select(r => $"{r.At("name")} {r.At("shortNames.0")} {r.At("categories.0")}")
            .Order(StringComparer.Ordinal));
    }

    private Task<Answer> CreateAsync(string plural, string json, string change = "{}")
    {
        var wanted = JsonNode.Parse(json)!.AsObject();
        wanted["apiVersion"] = $"{product.Cluster.Group}/v1alpha1";
        wanted["kind"] = plural == "finetuneruns" ? "FineTuneRun" : "DatasetGrant";
        wanted["metadata"] = new JsonObject { ["generateName"] = "test-" };
        Merge(wanted["spec"]!.AsObject(), JsonNode.Parse(change)!.AsObject());
        return product.Client.PostAsync($"{product.Api}/{plural}", wanted);
    }

    private Task<Answer> PatchAsync(Answer run, string change) =>
        product.Client.PatchAsync($"{product.Api}/finetuneruns/{run.At("metadata.name")}", $"{{\"spec\":{change}}}");

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach (var (name, value) in change)
        {
            if (value is JsonObject inner && target[name] is JsonObject there)
            {
                Merge(there, inner);
            }
            else if (value is null)
            {
                target.Remove(name);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
