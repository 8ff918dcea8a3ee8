using System.Text.Json.Nodes;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>A run as the API server gives it.</summary>
internal sealed record RunView(JsonNode Run)
{
    public string Name => Run["metadata"]!["name"]!.GetValue<string>();

    public string Uid => Run["metadata"]!["uid"]!.GetValue<string>();

    public string Phase => Run["status"]?["phase"]?.GetValue<string>() ?? "";

    public JsonNode? Status => Run["status"];

    public bool HasEnded => Phase is "Succeeded" or "Failed" or "Stopped";

    public bool IsTraining => Phase == "Training" && Status!["training"]?["secondaryState"]?.GetValue<string>() == "Training";

    public string Reason => Condition("Ready")?["reason"]?.GetValue<string>() ?? "";

    public string Message => Condition("Ready")?["message"]?.GetValue<string>() ?? "";

    public JsonNode? Condition(string type) =>
        Run["status"]?["conditions"]?.AsArray().FirstOrDefault(c => c!["type"]!.GetValue<string>() == type);
}
