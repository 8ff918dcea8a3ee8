using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Kubernetes.Watching;

/// <summary>Writes events in the form that the client asked for.</summary>
internal sealed class EventWriter(ResourceRequest request, Representation shape, TimeProvider clock)
{
    private readonly string _include = TableBuilder.CheckInclude(request.Query.IncludeObject);
    private bool _described;

    public void Write(PipeWriter output, string type, StoredObject stored)
    {
        if (shape.Shape == Shape.Object && request.Type.Conversion is null)
        {
            WriteLine(output, type, stored.Utf8);
        }
        else
        {
            Write(output, type, request.Served(stored));
        }
    }

    /// <summary>An object left the view: its last state in the view, at the version at which it left.</summary>
    public void WriteLeft(PipeWriter output, StoredObject last, long revision)
    {
        var json = request.Served(last).Copy();
        json["metadata"]!["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        Write(output, "DELETED", json);
    }

    public void WriteBookmark(PipeWriter output, long revision, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null };
        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        Write(output, "BOOKMARK", new JsonObject
        {
            ["kind"] = request.Type.Kind,
            ["apiVersion"] = request.Type.ApiVersion,
            ["metadata"] = metadata,
        });
    }

    public static void WriteError(PipeWriter output, StatusException error) => WriteLine(output, "ERROR", error.ToJson().ToUtf8());

    private void Write(PipeWriter output, string type, JsonObject json)
    {
        switch (shape.Shape)
        {
            case Shape.Table:
                var metadata = new JsonObject { ["resourceVersion"] = json.Object("metadata").Text("resourceVersion") };
                json = new TableBuilder(request.Type, clock).Build(shape.Version, metadata, [json], _include, withColumns: !_described);
                _described = true;
                break;
            case Shape.Metadata:
                json = PartialMetadata.Of(json, shape.Version);
                break;
        }

        WriteLine(output, type, json.ToUtf8());
    }

    private static void WriteLine(PipeWriter output, string type, byte[] json)
    {
        output.Write(type switch
        {
            "ADDED" => "{\"type\":\"ADDED\",\"object\":"u8,
            "MODIFIED" => "{\"type\":\"MODIFIED\",\"object\":"u8,
            "DELETED" => "{\"type\":\"DELETED\",\"object\":"u8,
            "BOOKMARK" => "{\"type\":\"BOOKMARK\",\"object\":"u8,
            _ => "{\"type\":\"ERROR\",\"object\":"u8,
        });
        output.Write(json);
        output.Write("}\n"u8);
    }
}
