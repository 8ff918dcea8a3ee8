using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Lineage;

/// <summary>
/// External lineage relationships: one path, four methods. GET and DELETE have no body; their arguments are flattened
/// into the query with dots.
/// </summary>
internal sealed class ExternalLineageRoutes(CatalogState state, LineageAccess access, Paging paging) : IRoutes
{
    private const string Relationship = "external_lineage_relationship";
    private static readonly string[] Replaceable = ["columns", "properties"];

    public void Map(RouteTable routes)
    {
        const string path = "/api/2.0/lineage-tracking/external-lineage";
        routes.Post(path, "external-lineage.create", Create);
        routes.Patch(path, "external-lineage.update", Update);
        routes.Delete(path, "external-lineage.delete", Delete);
        routes.Get(path, "external-lineage.list", List);
    }

    private object Create(Call call)
    {
        var (source, target) = Ends(call, LineageEndReader.FromBody(call.Body, "source"), LineageEndReader.FromBody(call.Body, "target"));
        var edge = new LineageEdge(call.Body.Text("id") ?? Guid.NewGuid().ToString(), source, target, state.StampOf(call.Caller))
        {
            Columns = Columns(call.Body),
            Properties = call.Body.Map("properties"),
        };
        access.RequireMayDraw(call.Caller, source, target);
        if (state.Lineage.Find(source, target) is not null)
        {
            throw ApiError.Conflict("External Lineage", $"{source} -> {target}");
        }

        if (state.Lineage.Count >= state.Settings.LineageLimit)
        {
            throw new ApiError(429, "RESOURCE_EXHAUSTED", $"The metastore holds {state.Lineage.Count} lineage relationships, which is its limit.");
        }

        state.Lineage.Add(edge);
        return Shape(edge);
    }

    private object Update(Call call)
    {
        var (source, target) = Ends(call, LineageEndReader.FromBody(call.Body, "source"), LineageEndReader.FromBody(call.Body, "target"));
        var mask = UpdateMask.Read(call, Replaceable, []);
        access.RequireMayDraw(call.Caller, source, target);
        var edge = Find(source, target);
        var columns = mask.Has("columns") ? Columns(call.Body) : edge.Columns;
        edge.Properties = mask.Has("properties") ? call.Body.Map("properties") : edge.Properties;
        edge.Columns = columns;
        edge.Updated = state.StampOf(call.Caller);
        return Shape(edge);
    }

    private object? Delete(Call call)
    {
        var (source, target) = Ends(
            call, LineageEndReader.FromQuery(call, Relationship + ".source"), LineageEndReader.FromQuery(call, Relationship + ".target"));
        access.RequireMayDraw(call.Caller, source, target);
        state.Lineage.Remove(Find(source, target));
        return null;
    }

    /// <summary>One hop; the caller walks on by itself. An item describes the other end of the relationship.</summary>
    private object List(Call call)
    {
        var upstream = call.RequiredQuery("lineage_direction") switch
        {
            "UPSTREAM" => true,
            "DOWNSTREAM" => false,
            var other => throw ApiError.Invalid("lineage_direction", $"is '{other}'; expected UPSTREAM or DOWNSTREAM."),
        };
        var end = LineageEndReader.FromQuery(call, "object_info");
        call.Concerns(end.ToString());
        access.RequireSees(call.Caller, end);
        var edges = state.Lineage.From(end, upstream).Where(edge => Sees(call.Caller, upstream ? edge.Source : edge.Target));
        return paging.Paged(call, "external_lineage_relationships", edges, edge => edge.Id, edge => Item(edge, upstream ? edge.Source : edge.Target));
    }

    private bool Sees(Caller caller, LineageEnd end)
    {
        try
        {
            access.RequireSees(caller, end);
            return true;
        }
        catch (ApiError)
        {
            return false;
        }
    }

    private LineageEdge Find(LineageEnd source, LineageEnd target) => state.Lineage.Find(source, target)
        ?? throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", $"External Lineage '{source} -> {target}' does not exist.");

    private static (LineageEnd Source, LineageEnd Target) Ends(Call call, LineageEnd source, LineageEnd target)
    {
        call.Concerns($"{source} -> {target}");
        return (source, target);
    }

    private static IReadOnlyList<ColumnPair> Columns(JsonBody body) =>
        [.. body.Objects("columns").Select(c => new ColumnPair(c.Text("source"), c.Text("target")))];

    private static object Shape(LineageEdge edge) => new
    {
        edge.Id,
        Source = edge.Source.Shape,
        Target = edge.Target.Shape,
        edge.Columns,
        edge.Properties,
    };

    private Dictionary<string, object> Item(LineageEdge edge, LineageEnd other)
    {
        var item = new Dictionary<string, object> { ["external_lineage_info"] = Shape(edge) };
        var time = ExternalMetadata.Iso(edge.Updated.At);
        switch (other.Kind)
        {
            case LineageKind.Table:
                var parts = other.Name.Split('.');
                item["table_info"] = new { CatalogName = parts[0], SchemaName = parts[1], Name = parts[2], EventTime = time };
                break;
            case LineageKind.ModelVersion:
                item["model_info"] = new { ModelName = other.Name, other.Version, EventTime = time };
                break;
            case LineageKind.Path:
                item["file_info"] = new { Path = other.Name, StorageLocation = other.Name, EventTime = time };
                break;
            default:
                var metadata = access.Metadata(other);
                item["external_metadata_info"] = new { metadata.Name, metadata.SystemType, metadata.EntityType, EventTime = time };
                break;
        }

        return item;
    }
}
