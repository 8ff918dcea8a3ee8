using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>Events of both groups: their MicroTimes, and that they lie in the namespace of what they are about.</summary>
internal sealed class EventRules : IResourceRules
{
    private static readonly string[] RequiredTexts = ["reportingController", "reportingInstance", "action", "reason"];

    public void Prepare(JsonObject next, JsonObject? old)
    {
        var apiVersion = next.Text("apiVersion")!;
        MicroTime.Check("Event", apiVersion, next, "eventTime", "eventTime");
        MicroTime.Check("Event", apiVersion, next.Object("series"), "lastObservedTime", "series.lastObservedTime");
    }

    public IEnumerable<FieldError> Validate(JsonObject next, JsonObject? old)
    {
        var isNew = next.Text("apiVersion") == "events.k8s.io/v1";
        var about = next.Object(isNew ? "regarding" : "involvedObject");
        var home = next.Object("metadata").Text("namespace") ?? "";
        var expected = about.Text("namespace") is { Length: > 0 } own ? own : "default";
        if (home != expected)
        {
            yield return FieldError.Invalid(isNew ? "regarding.namespace" : "involvedObject.namespace", about.Text("namespace") ?? "", "does not match event.namespace");
        }

        // The new API demands what the old one left to its clients.
        if (!isNew || old is not null)
        {
            yield break;
        }

        if (next.Text("eventTime") is null)
        {
            yield return FieldError.Required("eventTime");
        }

        foreach (var field in RequiredTexts.Where(f => string.IsNullOrEmpty(next.Text(f))))
        {
            yield return FieldError.Required(field);
        }

        if (next.Text("type") is not ("Normal" or "Warning"))
        {
            yield return FieldError.Invalid("type", next.Text("type") ?? "", "has invalid value: must be Normal or Warning");
        }

        if (next.Text("note") is { Length: > 1024 })
        {
            yield return FieldError.Invalid("message", "", "can have at most 1024 characters");
        }
    }
}

/// <summary>What the Go types of Kubernetes read as MicroTime: exactly six fraction digits.</summary>
internal static class MicroTime
{
    /// <exception cref="StatusException">The value is there and has another form.</exception>
    public static void Check(string kind, string apiVersion, JsonObject? parent, string field, string path)
    {
        if (parent.Text(field) is { } text && !Timestamps.IsMicroTime(text))
        {
            var version = apiVersion[(apiVersion.LastIndexOf('/') + 1)..];
            throw Refusals.BadRequest(
                $"{kind} in version \"{version}\" cannot be handled as a {kind}: {path}: parsing time {FieldError.Quote(text)} as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse it as \".000000\"");
        }
    }
}

/// <summary>An event of events.k8s.io/v1 as a view of the stored core/v1 event.</summary>
internal sealed class EventConversion : IConversion
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    public JsonObject ToStored(JsonObject served)
    {
        var stored = Rename(served, "v1", n => (n.Events, n.Core));
        _ = stored.Ensure("involvedObject");
        return stored;
    }

    public JsonObject FromStored(JsonObject stored) => Rename(stored, "events.k8s.io/v1", n => (n.Core, n.Events));

    private static JsonObject Rename(JsonObject from, string apiVersion, Func<(string Core, string Events), (string From, string To)> direction)
    {
        var names = Names.Select(direction).ToDictionary(n => n.From, n => n.To, StringComparer.Ordinal);
        var result = new JsonObject();
        foreach (var (name, value) in from)
        {
            result[names.GetValueOrDefault(name, name)] = value?.DeepClone();
        }

        result["apiVersion"] = apiVersion;
        return result;
    }
}
