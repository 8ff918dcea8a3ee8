using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Apply;

/// <summary>Who owns fields.</summary>
/// <param name="Manager">Name of the manager.</param>
/// <param name="Operation"><c>Apply</c> or <c>Update</c>.</param>
/// <param name="ApiVersion">Version that the fields belong to.</param>
/// <param name="Subresource">Subresource through which they were set; empty for the object itself.</param>
internal sealed record ManagerId(string Manager, string Operation, string ApiVersion, string Subresource);

/// <summary>One entry of <c>metadata.managedFields</c>.</summary>
/// <param name="Id">Who.</param>
/// <param name="Time">When the entry last changed.</param>
/// <param name="Fields">Which fields.</param>
internal sealed record ManagedEntry(ManagerId Id, string Time, FieldSet Fields);

/// <summary>Reads and writes <c>metadata.managedFields</c>.</summary>
internal static class ManagedFields
{
    /// <summary>The entries, or null when the list is malformed.</summary>
    public static Dictionary<ManagerId, ManagedEntry>? Read(JsonArray? list)
    {
        var entries = new Dictionary<ManagerId, ManagedEntry>();
        foreach (var item in list ?? [])
        {
            if (ReadItem(item) is not var (id, fields))
            {
                return null;
            }

            entries[id] = new ManagedEntry(id, item.Text("time") ?? "", FieldSet.FromJson(fields));
        }

        return entries;
    }

    /// <summary>Whether a manager has all of these fields already, and nobody else has any: then a write of them changes no entry.</summary>
    public static bool HasAll(JsonArray list, ManagerId manager, FieldSet set)
    {
        var has = set.IsEmpty;
        foreach (var item in list)
        {
            if (ReadItem(item) is not var (id, fields) || (id != manager && set.Intersects(fields)))
            {
                return false;
            }

            has |= id == manager && set.IsWithin(fields);
        }

        return has;
    }

    /// <summary>The list, or null when there is no entry.</summary>
    public static JsonArray? Write(IEnumerable<ManagedEntry> entries)
    {
        var ordered = entries
            .Where(e => !e.Fields.IsEmpty)
            .OrderBy(e => e.Id.Operation, StringComparer.Ordinal)
            .ThenBy(e => e.Time, StringComparer.Ordinal)
            .ThenBy(e => e.Id.Manager, StringComparer.Ordinal)
            .ThenBy(e => e.Id.ApiVersion, StringComparer.Ordinal)
            .ThenBy(e => e.Id.Subresource, StringComparer.Ordinal)
            .Select(Write)
            .ToArray();
        return ordered.Length == 0 ? null : new JsonArray(ordered);
    }

    private static (ManagerId Id, JsonObject Fields)? ReadItem(JsonNode? item) =>
        item.Text("operation") is ("Apply" or "Update") and var operation && item.Text("fieldsType") == "FieldsV1" && item.Object("fieldsV1") is { } fields
            ? (new ManagerId(item.Text("manager") ?? "", operation, item.Text("apiVersion") ?? "", item.Text("subresource") ?? ""), fields)
            : null;

    private static JsonNode Write(ManagedEntry entry)
    {
        var json = new JsonObject
        {
            ["manager"] = entry.Id.Manager,
            ["operation"] = entry.Id.Operation,
            ["apiVersion"] = entry.Id.ApiVersion,
            ["time"] = entry.Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = entry.Fields.ToJson(),
        };
        if (entry.Id.Subresource.Length > 0)
        {
            json["subresource"] = entry.Id.Subresource;
        }

        return json;
    }
}
