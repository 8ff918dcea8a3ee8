using System.Globalization;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Catalog.Models;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Lineage;

/// <summary>Lineage into Databricks' external metadata and external lineage (reference unity-catalog-api.md, section 6).</summary>
internal sealed class ExternalLineageSink(CatalogClient client) : ILineageSink
{
    private const string Objects = "/api/2.0/lineage-tracking/external-metadata";
    private const string Edges = "/api/2.0/lineage-tracking/external-lineage";

    /// <inheritdoc />
    public async Task<bool> UpsertObjectAsync(ExternalObject externalObject, CancellationToken cancellationToken)
    {
        var message = new ExternalMetadataMessage
        {
            Name = externalObject.Name,
            EntityType = externalObject.EntityType,
            Description = externalObject.Description,
            Url = externalObject.Url,
            Properties = externalObject.Properties,
        };

        // Names are unique in a metastore, so the first write needs no read before it.
        var create = CatalogCall.Post(Objects, $"create external metadata {message.Name}", message);
        if (await client.CreateAsync<EmptyMessage>(create, cancellationToken) is not null)
        {
            return true;
        }

        // A member that is in the mask and not in the body is cleared: that is what an absent URL means.
        var update = CatalogCall.Patch(
            $"{Objects}/{CatalogCall.Escape(message.Name)}",
            $"update external metadata {message.Name}",
            message,
            ("update_mask", "entity_type,description,url,properties"));
        await client.ReadAsync<EmptyMessage>(update, cancellationToken);
        return false;
    }

    /// <inheritdoc />
    public async Task UpsertEdgeAsync(LineageEdge edge, bool mayExist, CancellationToken cancellationToken)
    {
        var message = new EdgeMessage { Source = EndMessage.From(edge.Source), Target = EndMessage.From(edge.Target), Properties = edge.Properties };
        var purpose = $"record lineage from {edge.Source} to {edge.Target}";

        // Whether the service refuses a second edge between the same ends is not documented, so look first.
        var known = mayExist ? await FindAsync(edge, cancellationToken) : null;
        if (known is null && await client.CreateAsync<EmptyMessage>(CatalogCall.Post(Edges, purpose, message), cancellationToken) is not null)
        {
            return;
        }

        if (known is null || !Same(known.ExternalLineageInfo?.Properties, edge.Properties))
        {
            await client.ReadAsync<EmptyMessage>(CatalogCall.Patch(Edges, purpose, message, ("update_mask", "properties")), cancellationToken);
        }
    }

    /// <summary>Looks from the external end, which is a job and so has few edges.</summary>
    private async Task<ListedEdgeMessage?> FindAsync(LineageEdge edge, CancellationToken cancellationToken)
    {
        var (from, other, direction) = edge switch
        {
            { Source: LineageNode.External source } => (source, edge.Target, "DOWNSTREAM"),
            { Target: LineageNode.External target } => (target, edge.Source, "UPSTREAM"),
            _ => throw OperatorException.Terminal(Reasons.RequestRejected, $"An edge needs an external end; {edge.Source} to {edge.Target} has none."),
        };
        string? page = null;
        do
        {
            var call = CatalogCall.Get(
                Edges, $"list the lineage of external metadata {from.Name}",
                ("object_info.external_metadata.name", from.Name), ("lineage_direction", direction), ("page_token", page));
            var found = await client.FindAsync<ListedEdgesMessage>(call, cancellationToken);
            if (found?.ExternalLineageRelationships?.FirstOrDefault(e => IsTo(e, other)) is { } known)
            {
                return known;
            }

            page = found?.NextPageToken;
        }
        while (!string.IsNullOrEmpty(page));
        return null;
    }

    private static bool IsTo(ListedEdgeMessage edge, LineageNode node) => node switch
    {
        LineageNode.Table table => edge.TableInfo is { } t && $"{t.CatalogName}.{t.SchemaName}.{t.Name}" == table.FullName,
        LineageNode.Model model => edge.ModelInfo is { } m
            && m.ModelName == model.FullName
            && m.Version.ToString(CultureInfo.InvariantCulture) == model.Version,
        LineageNode.External external => edge.ExternalMetadataInfo?.Name == external.Name,
        _ => false,
    };

    private static bool Same(IReadOnlyDictionary<string, string>? known, IReadOnlyDictionary<string, string> wanted) =>
        (known?.Count ?? 0) == wanted.Count && wanted.All(p => known!.TryGetValue(p.Key, out var value) && value == p.Value);
}
