using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.CrdGenerator.Schema;
using k8s;

namespace GovernedFinetune.Entities.Tests;

public sealed class JsonTests
{
    [Fact]
    public void A_full_run_survives_the_round_trip() => AssertRoundTrip(FullRun());

    [Fact]
    public void A_full_grant_survives_the_round_trip() => AssertRoundTrip(FullGrant());

    [Fact]
    public void Json_of_a_full_run_has_exactly_the_members_of_its_schema() => AssertSameMembers(SchemaWalk.Run, FullRun());

    [Fact]
    public void Json_of_a_full_grant_has_exactly_the_members_of_its_schema() => AssertSameMembers(SchemaWalk.Grant, FullGrant());

    [Fact]
    public void Members_of_status_are_absent_until_they_are_known()
    {
        Assert.Equal("{}", KubernetesJson.Serialize(new FineTuneRunStatus()));
        Assert.Equal("{}", KubernetesJson.Serialize(new DatasetGrantStatus()));
        Assert.Equal("""{"progress":{"percent":0}}""", KubernetesJson.Serialize(new TrainingStatus { Progress = new() { Percent = 0 } }));
    }

    [Fact]
    public void Optional_members_of_spec_are_absent_when_not_set()
    {
        var spec = Json(new FineTuneRunSpec());

        Assert.Null(spec["ttlAfterFinished"]);
        Assert.False(spec["source"]!.AsObject().ContainsKey("version"));
        Assert.False(spec["source"]!.AsObject().ContainsKey("filter"));
        Assert.False(spec["training"]!.AsObject().ContainsKey("spot"));
        Assert.False(spec["training"]!.AsObject().ContainsKey("hyperparameters"));
        Assert.False(spec["registry"]!.AsObject().ContainsKey("alias"));
        Assert.False(Json(new DatasetGrantSpec()).ContainsKey("expiresAt"));
    }

    [Fact]
    public void Enumerations_are_the_strings_of_the_schema()
    {
        AssertEnum<FineTuneRunPhase>(SchemaWalk.Run.At("status.phase"));
        AssertEnum<TrainingMethod>(SchemaWalk.Run.At("spec.training.method"));
        AssertEnum<DeletionPolicy>(SchemaWalk.Run.At("spec.onDelete"));
        AssertEnum<DatasetGrantPhase>(SchemaWalk.Grant.At("status.phase"));
        AssertEnum<RevocationPolicy>(SchemaWalk.Grant.At("spec.onRevocation"));
        AssertEnum<CheckResult>(SchemaWalk.Grant.At("status.checks").Items!.Properties.Single(property => property.Name == "result").Schema);
    }

    [Fact]
    public void An_unknown_value_of_an_enumeration_is_an_error_and_not_the_first_value() =>
        Assert.Throws<JsonException>(() => KubernetesJson.Deserialize<FineTuneRunStatus>("""{"phase":"Dreaming"}"""));

    [Fact]
    public void Times_are_rfc_3339_in_utc()
    {
        var status = new FineTuneRunStatus { StartedAt = new DateTime(2026, 11, 24, 10, 0, 9, DateTimeKind.Utc) };

        Assert.Equal("""{"startedAt":"2026-11-24T10:00:09Z"}""", KubernetesJson.Serialize(status));
        var read = KubernetesJson.Deserialize<FineTuneRunStatus>("""{"startedAt":"2026-11-24T11:00:09+01:00"}""").StartedAt;
        Assert.Equal(status.StartedAt, read);
        Assert.Equal(DateTimeKind.Utc, read!.Value.Kind);
    }

    [Fact]
    public void Hyperparameters_keep_their_keys()
    {
        var given = new Dictionary<string, string> { ["learningRate"] = "2e-4", ["LearningRate"] = "1", ["lora_r"] = "16", ["a.B-c"] = "x" };

        var json = Json(new TrainingSpec { Hyperparameters = given })["hyperparameters"]!;

        Assert.Equal(given.Keys.Order(StringComparer.Ordinal), json.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(given, KubernetesJson.Deserialize<TrainingSpec>($$"""{"hyperparameters":{{json.ToJsonString()}}}""").Hyperparameters);
    }

    [Fact]
    public void Defaults_of_the_types_are_those_that_the_server_fills_in()
    {
        // Otherwise a run built in C# would differ from the same run read back from the cluster.
        AssertDefaults(SchemaWalk.Run.At("spec"), Json(new FineTuneRunSpec()), "run");
        AssertDefaults(SchemaWalk.Grant.At("spec"), Json(new DatasetGrantSpec()), "grant");
    }

    [Fact]
    public void The_columns_of_a_full_run_point_at_its_json()
    {
        var json = Json(FullRun());
        var missing = SchemaWalk.Run.PrinterColumns.Select(column => column.JsonPath)
            .Where(path => !path.Contains('[', StringComparison.Ordinal) && !path.StartsWith(".metadata", StringComparison.Ordinal))
            .Where(path => path.TrimStart('.').Split('.').Aggregate((JsonNode?)json, (node, name) => node?[name]) is null);

        Assert.Empty(missing);
    }

    private static FineTuneRun FullRun() => new()
    {
        ApiVersion = "governedfinetune.io/v1alpha1",
        Kind = "FineTuneRun",
        Metadata = new() { Name = "risk-summariser", NamespaceProperty = "credit-risk" },
        Spec = Populated.Of<FineTuneRunSpec>(),
        Status = Populated.Of<FineTuneRunStatus>(),
    };

    private static DatasetGrant FullGrant() => new()
    {
        ApiVersion = "governedfinetune.io/v1alpha1",
        Kind = "DatasetGrant",
        Metadata = new() { Name = "risk-factors", NamespaceProperty = "credit-risk" },
        Spec = Populated.Of<DatasetGrantSpec>(),
        Status = Populated.Of<DatasetGrantStatus>(),
    };

    private static JsonObject Json(object value) => JsonNode.Parse(KubernetesJson.Serialize(value))!.AsObject();

    private static void AssertRoundTrip<T>(T value)
    {
        var text = KubernetesJson.Serialize(value);

        Assert.Equal(text, KubernetesJson.Serialize(KubernetesJson.Deserialize<T>(text)));
        Assert.DoesNotContain("null", text, StringComparison.Ordinal);
    }

    private static void AssertSameMembers(CustomResource resource, object value)
    {
        var json = Json(value);
        foreach (var part in new[] { "spec", "status" })
        {
            Assert.Equal(
                SchemaWalk.Below(part, resource.At(part)).Select(entry => entry.Path).Where(path => path[^1] is not (']' or '}')).Order(StringComparer.Ordinal),
                Members(part, json[part]!, resource.At(part)).Order(StringComparer.Ordinal));
        }
    }

    private static IEnumerable<string> Members(string path, JsonNode json, SchemaNode schema) => json switch
    {
        JsonArray items => items.SelectMany(item => Members($"{path}[]", item!, schema.Items!).Where(below => below != $"{path}[]")).Prepend(path),
        JsonObject members when schema.AdditionalProperties is null => members
            .SelectMany(member => Members(
                $"{path}.{member.Key}", member.Value!, schema.Properties.Single(property => property.Name == member.Key).Schema))
            .Prepend(path),
        _ => [path],
    };

    private static void AssertEnum<TEnum>(SchemaNode node)
        where TEnum : struct, Enum
    {
        var written = Enum.GetValues<TEnum>().Select(value => KubernetesJson.Serialize(value).Trim('"')).ToArray();

        Assert.Equal(node.Enum.Select(member => member.Value), written);
        Assert.All(written, text => Assert.Equal(text, KubernetesJson.Deserialize<TEnum>($"\"{text}\"").ToString()));
    }

    private static void AssertDefaults(SchemaNode schema, JsonObject json, string path)
    {
        foreach (var (name, _, node) in schema.Properties)
        {
            if (node.Default is not null and not System.Collections.IDictionary)
            {
                Assert.Equal($"{path}.{name}={JsonSerializer.Serialize(node.Default)}", $"{path}.{name}={json[name]?.ToJsonString()}");
            }
            else if (json[name] is JsonObject nested && node.Properties.Count > 0)
            {
                AssertDefaults(node, nested, $"{path}.{name}");
            }
        }
    }
}
