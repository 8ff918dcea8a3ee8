using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>The verbs get and list.</summary>
internal sealed class ReadHandler(ObjectStore store, Pages pages, TimeProvider clock)
{
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

        var objects = page.Items.Select(request.Served);
        return shape.Shape switch
        {
            Shape.Table => Responder.WriteAsync(request.Http, 200, new TableBuilder(request.Type, clock).Build(shape.Version, metadata, objects, include)),
            Shape.Metadata => Responder.WriteAsync(request.Http, 200, PartialMetadata.ListOf(objects, metadata, shape.Version)),
            _ => Responder.WriteAsync(request.Http, 200, Whole(request, page.Items, metadata), "application/json"),
        };
    }

    /// <summary>A list put together from the bytes that the store already has.</summary>
    private static byte[] Whole(ResourceRequest request, IReadOnlyList<StoredObject> items, JsonObject metadata)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, MaxDepth = 1000 }))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion", request.Type.ApiVersion);
            writer.WriteString("kind", request.Type.ListKind);
            writer.WritePropertyName("metadata");
            metadata.WriteTo(writer);
            writer.WriteStartArray("items");
            foreach (var item in items)
            {
                writer.WriteRawValue(request.Type.Conversion is null ? item.Utf8 : request.Served(item).ToUtf8(), skipInputValidation: true);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
