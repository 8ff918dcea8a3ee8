using System.Text.Json.Nodes;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>Resources that the tests apply.</summary>
internal static class Manifests
{
    /// <summary>A small run on the demo corpus under the sample grant; tests change what they are about.</summary>
    public static JsonObject Run(string name, Action<JsonObject>? change = null, string @namespace = World.Namespace)
    {
        var underscored = name.Replace('-', '_');
        var spec = new JsonObject
        {
            ["profile"] = "default",
            ["grant"] = "sotu",
            ["source"] = new JsonObject { ["table"] = "finance.raw.sotu", ["filter"] = "year >= 2010" },
            ["preprocessing"] = new JsonObject
            {
                ["outputTable"] = $"finance.curated.{underscored}_sft",
                ["textColumn"] = "text",
                ["groupColumn"] = "name",
                ["promptTemplate"] = "{year}, {name}: ",
                ["maxTokens"] = 128,
                ["validationFraction"] = "0.2",
                ["timeout"] = "10m",
            },
            ["model"] = new JsonObject { ["id"] = "builtin/char-lm", ["revision"] = "1" },
            ["training"] = new JsonObject
            {
                ["instanceType"] = "ml.g5.2xlarge",
                ["method"] = "Full",
                ["hyperparameters"] = new JsonObject { ["maxSteps"] = "60" },
                ["maxRuntime"] = "30m",
            },
            ["registry"] = new JsonObject { ["model"] = $"finance.ml.{underscored}", ["alias"] = "candidate" },
        };
        change?.Invoke(spec);
        return Resource("FineTuneRun", name, @namespace, spec);
    }

    /// <summary>A grant like the sample's.</summary>
    public static JsonObject Grant(string name, string principal, Action<JsonObject>? change = null, string @namespace = World.Namespace)
    {
        var spec = new JsonObject
        {
            ["profile"] = "default",
            ["principal"] = principal,
            ["tables"] = new JsonArray("finance.raw.sotu"),
            ["writeSchemas"] = new JsonArray("finance.curated"),
            ["modelSchemas"] = new JsonArray("finance.ml"),
            ["purpose"] = "end-to-end test",
        };
        change?.Invoke(spec);
        return Resource("DatasetGrant", name, @namespace, spec);
    }

    /// <summary>A training that does not end by itself within a test.</summary>
    public static void TrainForLong(JsonObject spec) =>
        spec["training"]!["hyperparameters"] = new JsonObject { ["maxSteps"] = "100000", ["epochs"] = "1000" };

    private static JsonObject Resource(string kind, string name, string @namespace, JsonObject spec) => new()
    {
        ["apiVersion"] = "governedfinetune.io/v1alpha1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
        ["spec"] = spec,
    };
}
