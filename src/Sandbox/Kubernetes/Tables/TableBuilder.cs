using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Resources;

namespace GovernedFinetune.Sandbox.Kubernetes.Tables;

/// <summary>Makes the <c>Table</c> that <c>kubectl get</c> prints.</summary>
internal sealed class TableBuilder(ResourceType type, TimeProvider clock)
{
    /// <summary>A table of some objects.</summary>
    /// <param name="version">Version of <c>meta.k8s.io</c>.</param>
    /// <param name="metadata">The list's metadata, or null.</param>
    /// <param name="objects">The rows.</param>
    /// <param name="include">What each row carries of its object: <c>None</c>, <c>Object</c>, or else its metadata.</param>
    /// <param name="withColumns">Whether the columns are described; the later tables of a watch leave them out.</param>
    public JsonObject Build(string version, JsonObject? metadata, IEnumerable<JsonObject> objects, string include, bool withColumns = true)
    {
        IRowSource source = type.Collection == Lifecycle.EventRetention.Collection ? new EventRows(type, clock) : new ColumnRows(type, clock);
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = $"meta.k8s.io/{version}",
            ["metadata"] = metadata ?? [],
            ["columnDefinitions"] = withColumns ? new JsonArray([.. source.Columns]) : null,
            ["rows"] = new JsonArray([.. objects.Select(o => Row(o, source, version, include))]),
        };
    }

    /// <exception cref="StatusException">The parameter has another value than those that exist.</exception>
    public static string CheckInclude(string include) => include is "" or "None" or "Metadata" or "Object"
        ? include
        : throw Refusals.BadRequest($"unrecognized includeObject value: \"{include}\"");

    private static JsonObject Row(JsonObject json, IRowSource source, string version, string include)
    {
        var row = new JsonObject { ["cells"] = new JsonArray([.. source.Cells(json)]) };
        row["object"] = include switch
        {
            "None" => null,
            "Object" => json.DeepClone(),
            _ => PartialMetadata.Of(json, version),
        };
        return row;
    }

    internal static JsonObject Column(string name, string columnType, string format, string description, int priority) => new()
    {
        ["name"] = name,
        ["type"] = columnType,
        ["format"] = format,
        ["description"] = description,
        ["priority"] = priority,
    };

    internal static JsonObject NameColumn() => Column("Name", "string", "name", "Name must be unique within a namespace.", 0);
}

/// <summary>Columns and cells of one resource's tables.</summary>
internal interface IRowSource
{
    IEnumerable<JsonNode> Columns { get; }

    IEnumerable<JsonNode?> Cells(JsonObject json);
}

/// <summary>Cells from the resource's printer columns.</summary>
internal sealed class ColumnRows(ResourceType type, TimeProvider clock) : IRowSource
{
    public IEnumerable<JsonNode> Columns =>
        [TableBuilder.NameColumn(), .. type.Columns.Select(c => TableBuilder.Column(c.Name, c.Type, c.Format, c.Description, c.Priority))];

    public IEnumerable<JsonNode?> Cells(JsonObject json) => [json.Object("metadata").Text("name"), .. type.Columns.Select(c => Cell(c, json))];

    private JsonNode? Cell(PrinterColumn column, JsonObject json)
    {
        var found = column.Path.Find(json).ToList();
        if (column.Counts)
        {
            return found.Sum(f => f switch { JsonObject o => o.Count, JsonArray a => a.Count, _ => 0 }).ToString(CultureInfo.InvariantCulture);
        }

        if (found.Count == 0 || found[0] is not { } value)
        {
            return null;
        }

        return column.Type switch
        {
            "integer" => value.TryGetWhole(out var whole) ? whole : null,
            "number" => value.TryGetReal(out var real) ? real : null,
            "boolean" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value.GetValue<bool>() : null,
            "date" => Timestamps.TryParse(value.AsText(), out var time) ? Age.Of(time, clock.GetUtcNow()) : "<invalid>",
            _ => string.Join(',', found.Select(f => f.AsText() ?? f.ToText())),
        };
    }
}

/// <summary>The table of events, whose cells are made of several fields.</summary>
internal sealed class EventRows(ResourceType type, TimeProvider clock) : IRowSource
{
    public IEnumerable<JsonNode> Columns =>
    [
        TableBuilder.Column("Last Seen", "string", "", "When it last happened.", 0),
        TableBuilder.Column("Type", "string", "", "Normal or Warning.", 0),
        TableBuilder.Column("Reason", "string", "", "Why; one word.", 0),
        TableBuilder.Column("Object", "string", "", "What it is about.", 0),
        TableBuilder.Column("Subobject", "string", "", "Part of it.", 1),
        TableBuilder.Column("Source", "string", "", "Who reports it.", 1),
        TableBuilder.Column("Message", "string", "", "What happened.", 0),
        TableBuilder.Column("First Seen", "string", "", "When it first happened.", 1),
        TableBuilder.Column("Count", "string", "", "How often.", 1),
        TableBuilder.Column("Name", "string", "name", "Name must be unique within a namespace.", 1),
    ];

    public IEnumerable<JsonNode?> Cells(JsonObject json)
    {
        var core = type.Conversion?.ToStored(json) ?? json;
        var about = core.Object("involvedObject");
        var first = core.Text("firstTimestamp") ?? core.Text("eventTime");
        var last = core.Object("series").Text("lastObservedTime") ?? core.Text("lastTimestamp") ?? first;
        return
        [
            Seen(last),
            core.Text("type"),
            core.Text("reason"),
            $"{about.Text("kind")?.ToLowerInvariant()}/{about.Text("name")}",
            about.Text("fieldPath") ?? "",
            core.Object("source").Text("component") ?? core.Text("reportingComponent") ?? "",
            core.Text("message")?.Trim(),
            Seen(first),
            (core.Object("series").Whole("count") ?? core.Whole("count") ?? 1).ToString(CultureInfo.InvariantCulture),
            core.Object("metadata").Text("name"),
        ];
    }

    private string Seen(string? text) => Timestamps.TryParse(text, out var time) ? Age.Of(time, clock.GetUtcNow()) : "<unknown>";
}
