using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>The verbs get and list.</summary>
internal sealed class ReadHandler(ObjectStore store, Pages pages, TimeProvider clock)
{
    /// <summary>Bytes after which a flush pays.</summary>
    private const int FlushAt = 64 << 10;

    public Task GetAsync(ResourceRequest request)
    {
        var shape = Representation.Negotiate(request.Http.Request);
        var stored = store.Get(request.Type.Collection, request.Key) ?? throw Refusals.NotFound(request.Type, request.Target.Name);
        return WriteAsync(request, 200, request.Served(stored), shape);
    }

    /// <summary>Answers with one object in the form that the client asked for.</summary>
    public Task WriteAsync(ResourceRequest request, int status, JsonObject json, Representation shape)
    {
        var metadata = new JsonObject { ["resourceVersion"] = json.Object("metadata").Text("resourceVersion") };
        return Responder.WriteAsync(request.Http, status, shape.Shape switch
        {
            Shape.Table => new TableBuilder(request.Type, clock).Build(shape.Version, metadata, [json], TableBuilder.CheckInclude(request.Query.IncludeObject)),
            Shape.Metadata => PartialMetadata.Of(json, shape.Version),
            _ => json,
        });
    }

    public Task ListAsync(ResourceRequest request)
    {
        var shape = Representation.Negotiate(request.Http.Request);
        var include = TableBuilder.CheckInclude(request.Query.IncludeObject);
        var page = pages.Read(request);
        var metadata = new JsonObject { ["resourceVersion"] = page.Revision.ToString(CultureInfo.InvariantCulture) };
        if (page.Continue is not null)
        {
            metadata["continue"] = page.Continue;
            if (page.Remaining is { } remaining)
            {
                metadata["remainingItemCount"] = remaining;
            }
        }
        else if (request.Type.IsCustom && shape.Shape == Shape.Object)
        {
            // Lists of custom resources always have the field: a client that looks for its absence goes round for ever.
            metadata["continue"] = "";
        }

        var objects = page.Items.Select(request.Served);
        return shape.Shape switch
        {
            Shape.Table => Responder.WriteAsync(request.Http, 200, new TableBuilder(request.Type, clock).Build(shape.Version, metadata, objects, include)),
            Shape.Metadata => Responder.WriteAsync(request.Http, 200, PartialMetadata.ListOf(objects, metadata, shape.Version)),
            _ => WriteWholeAsync(request, page.Items, metadata),
        };
    }

    /// <summary>A list put together from the bytes that the store already has, without a copy of them all.</summary>
    private static async Task WriteWholeAsync(ResourceRequest request, IReadOnlyList<StoredObject> items, JsonObject metadata)
    {
        var head = Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{request.Type.ApiVersion}\",\"kind\":\"{request.Type.ListKind}\",\"metadata\":{metadata.ToText()},\"items\":[");
        var bodies = request.Type.IsCustom ? items.Select(i => i.Utf8) : items.Select(request.ListItem).ToList();
        var length = head.Length + bodies.Sum(b => (long)b.Length) + Math.Max(items.Count - 1, 0) + 2;
        Responder.Begin(request.Http, 200, "application/json", length);
        var output = request.Http.Response.BodyWriter;
        output.Write(head);
        var first = true;
        foreach (var body in bodies)
        {
            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            output.Write(body);
            if (output.UnflushedBytes > FlushAt)
            {
                _ = await output.FlushAsync(request.Http.RequestAborted);
            }
        }

        output.Write("]}"u8);
        _ = await output.FlushAsync(request.Http.RequestAborted);
    }
}
