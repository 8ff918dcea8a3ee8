using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>
/// Walks the schemas of the product's own resources: a change of a spec's field either is one that users may make, or is
/// refused with a message that says why. New fields are found by the walk, so none can be forgotten.
/// </summary>
public sealed class ImmutabilityTests
{
    private const string Namespace = "/api/v1/namespaces";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    /// <summary>The only fields of a spec that may change after creation (design section 3).</summary>
    private static readonly Dictionary<string, string[]> Mutable = new(StringComparer.Ordinal)
    {
        ["finetuneruns"] = ["suspend", "onDelete", "ttlAfterFinished"],
        ["datasetgrants"] = ["principal", "tables", "writeSchemas", "modelSchemas", "purpose", "expiresAt", "recheckInterval", "onRevocation"],
    };

    /// <summary>Values of optional fields, and with them every field of the schema is set.</summary>
    private const string FullRun =
        """
        {"profile":"default","grant":"risk-factors","source":{"table":"finance.raw.risk_factors","version":12,"filter":"fiscal_year >= 2023"},
         "preprocessing":{"outputTable":"finance.curated.sft","textColumn":"text","groupColumn":"cik","promptTemplate":"{text}","maxTokens":512,"validationFraction":"0.1","timeout":"3h"},
         "model":{"id":"builtin/char-lm","revision":"1"},
         "training":{"instanceType":"ml.g5.2xlarge","instanceCount":2,"volumeSizeGB":50,"method":"QLoRA","hyperparameters":{"epochs":"1"},"maxRuntime":"5h","spot":{"maxWait":"12h"}},
         "registry":{"model":"finance.ml.summariser","alias":"candidate"},"retry":{"limit":3},"suspend":true,"dryRun":true,"onDelete":"Orphan","ttlAfterFinished":"720h"}
        """;

    private const string FullGrant =
        """
        {"profile":"default","principal":"7a1f","tables":["finance.raw.risk_factors"],"writeSchemas":["finance.curated"],"modelSchemas":["finance.ml"],
         "purpose":"MRM-1042","expiresAt":"2027-01-31T00:00:00Z","recheckInterval":"10m","onRevocation":"Finish"}
        """;

    public static TheoryData<string, string> Resources => new() { { "finetuneruns", FullRun }, { "datasetgrants", FullGrant } };

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task The_sample_sets_every_field_of_the_schema(string plural, string spec)
    {
        var value = JsonNode.Parse(spec)!;
        await using var cluster = await TestCluster.StartAsync();
        var schema = await DefineAsync(cluster, plural);
        Assert.All(Paths(schema, []).Where(p => p.Path[^1] != "*"), entry => Assert.True(At(value, entry.Path) is not null, $"{string.Join('.', entry.Path)} is not in the sample"));
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task A_changed_field_is_mutable_or_refused_with_the_reason(string plural, string spec)
    {
        await using var cluster = await TestCluster.StartAsync();
        var schema = await DefineAsync(cluster, plural);
        var value = JsonNode.Parse(spec)!.AsObject();
        var path = await CreateAsync(cluster, plural, "full", value);
        foreach (var (field, node) in Paths(schema, []).Where(p => p.Schema.Type is not "object"))
        {
            var other = Other(node, At(value, field) ?? "x");
            await CheckAsync(cluster, plural, path, field, other);
        }
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task An_immutable_field_cannot_be_removed(string plural, string spec)
    {
        await using var cluster = await TestCluster.StartAsync();
        var schema = await DefineAsync(cluster, plural);
        var value = JsonNode.Parse(spec)!.AsObject();
        var path = await CreateAsync(cluster, plural, "full", value);
        foreach (var (field, _) in Paths(schema, []))
        {
            // What equals its default is the same with and without it.
            var isDefault = field is ["profile"];
            if (!isDefault && !IsRequired(schema, field))
            {
                await CheckAsync(cluster, plural, path, field[^1] == "*" ? [.. field[..^1], "epochs"] : field, null);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task An_immutable_field_cannot_be_added_later(string plural, string spec)
    {
        await using var cluster = await TestCluster.StartAsync();
        var schema = await DefineAsync(cluster, plural);
        var value = JsonNode.Parse(spec)!.AsObject();
        var least = Least(schema, value).AsObject();
        var path = await CreateAsync(cluster, plural, "least", least);
        var kept = (await cluster.GetAsync(path)).Json["spec"]!;
        foreach (var (field, node) in Paths(schema, []).Where(p => At(kept, p.Path) is null))
        {
            await CheckAsync(cluster, plural, path, field, At(value, field)?.DeepClone() ?? Other(node, "x"));
        }
    }

    private static async Task<JsonSchema> DefineAsync(TestCluster cluster, string plural)
    {
        var definition = YamlReading.Parse(await File.ReadAllTextAsync(Repository.PathOf($"config/crds/{plural}.governedfinetune.io.yaml")))!;
        var made = await cluster.PostAsync(Definitions, definition);
        Assert.True(made.Status == 201, made.Text);
        Assert.Equal(201, (await cluster.PostAsync(Namespace, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "credit-risk" } })).Status);
        var source = definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!.AsObject();
        return new SchemaReader().Read(source, FieldPath.Root);
    }

    private static async Task<string> CreateAsync(TestCluster cluster, string plural, string name, JsonObject spec)
    {
        var collection = $"/apis/governedfinetune.io/v1alpha1/namespaces/credit-risk/{plural}";
        var made = await cluster.PostAsync(collection, new JsonObject
        {
            ["apiVersion"] = "governedfinetune.io/v1alpha1",
            ["kind"] = plural == "finetuneruns" ? "FineTuneRun" : "DatasetGrant",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = spec.DeepClone(),
        });
        Assert.True(made.Status == 201, made.Text);
        return $"{collection}/{name}";
    }

    /// <summary>Tries one change without keeping it.</summary>
    private static async Task CheckAsync(TestCluster cluster, string plural, string path, string[] field, JsonNode? value)
    {
        var patch = field.Reverse().Aggregate(value, (inner, name) => new JsonObject { [name == "*" ? "added" : name] = inner });
        var answer = await cluster.PatchAsync($"{path}?dryRun=All", new JsonObject { ["spec"] = patch }.ToJsonString());
        var what = $"{plural} spec.{string.Join('.', field)} := {value?.ToJsonString() ?? "removed"}: {answer.Text}";
        if (Mutable[plural].Contains(field[0]))
        {
            Assert.True(answer.Status == 200, what);
            return;
        }

        Assert.True(answer.Status == 422, what);
        Assert.Contains($"spec.{field[0]}: Forbidden: {field[0]} is immutable: ", answer.At("message"), StringComparison.Ordinal);
        Assert.Contains(answer.Json["details"]!["causes"]!.AsArray(), c => c!["reason"]!.ToString() == "FieldValueForbidden" && c["field"]!.ToString() == $"spec.{field[0]}");
    }

    /// <summary>Every field below a spec, objects included; a map's values are <c>*</c>.</summary>
    private static IEnumerable<(string[] Path, JsonSchema Schema)> Paths(JsonSchema schema, string[] path)
    {
        var here = path.Length > 0 ? [(path, schema)] : Enumerable.Empty<(string[], JsonSchema)>();
        var members = schema.Properties.SelectMany(p => Paths(p.Value, [.. path, p.Key]));
        var values = schema.AdditionalProperties is { } map ? Paths(map, [.. path, "*"]) : [];
        return here.Concat(members).Concat(values);
    }

    private static JsonNode? At(JsonNode? node, string[] path) => path.Aggregate(node, (at, name) => at?[name]);

    private static bool IsRequired(JsonSchema schema, string[] path) =>
        path[..^1].Aggregate(schema, (at, name) => at.Properties[name]).Required.Contains(path[^1]);

    /// <summary>The value with its required members only.</summary>
    private static JsonNode Least(JsonSchema schema, JsonNode value) => value is JsonObject members && schema.Properties.Count > 0
        ? new JsonObject(schema.Required.Select(name => KeyValuePair.Create(name, (JsonNode?)Least(schema.Properties[name], members[name]!))))
        : value.DeepClone();

    /// <summary>Another value that the schema admits.</summary>
    private static JsonNode Other(JsonSchema schema, JsonNode value)
    {
        var text = value.AsText() ?? "";
        var digit = text.LastIndexOfAny(['1', '2', '3', '4', '5', '6', '7', '8', '0']);
        IEnumerable<JsonNode?> candidates = value switch
        {
            JsonArray items => [new JsonArray([Other(schema.Items!, items[0]!)])],
            _ when schema.Type == "boolean" => [!value.GetValue<bool>()],
            _ when value.TryGetWhole(out var whole) => [whole + 1, whole - 1],
            _ when schema.Enum.Count > 0 => schema.Enum.Where(e => !JsonNodes.Same(e, value)),
            _ => [digit < 0 ? null : (JsonNode)$"{text[..digit]}{(char)(text[digit] + 1)}{text[(digit + 1)..]}", $"{text}x", "6h", "0.2"],
        };
        return candidates.First(c => c is not null && !JsonNodes.Same(c, value) && SchemaValidator.Validate(c, null, schema, FieldPath.Root).Count == 0)!.DeepClone();
    }
}
