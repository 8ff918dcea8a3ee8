using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Storage;

/// <summary>
/// An object written out before the store's lock is taken, with a gap where its resourceVersion goes: the version is
/// only known within the lock, and writing takes many times as long as filling the gap.
/// </summary>
internal sealed class Draft
{
    private readonly JsonObject _json;
    private readonly byte[] _utf8;
    private readonly int _gap;
    private readonly int _width;

    private Draft(JsonObject json, byte[] utf8, int gap, int width)
    {
        _json = json;
        _utf8 = utf8;
        _gap = gap;
        _width = width;
    }

    /// <summary>Size of the object in bytes, give or take a digit of its version.</summary>
    public int Length => _utf8.Length;

    /// <summary>Writes an object out.</summary>
    /// <param name="json">The object, with metadata; the draft takes it over.</param>
    /// <param name="lately">A revision not long before the one that the object will get: so wide is the gap.</param>
    public static Draft Of(JsonObject json, long lately)
    {
        var width = lately.ToString(CultureInfo.InvariantCulture).Length;
        json["metadata"]!["resourceVersion"] = new string('0', width);
        var gap = 0L;
        var utf8 = JsonNodes.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in json)
            {
                writer.WritePropertyName(name);
                if (name == "metadata")
                {
                    gap = WriteMetadata(writer, value!.AsObject(), width);
                }
                else
                {
                    JsonNodes.Write(writer, value);
                }
            }

            writer.WriteEndObject();
        });
        return new Draft(json, utf8, (int)gap, width);
    }

    /// <summary>Fills in the version.</summary>
    public StoredObject Seal(ObjectKey key, long revision, RecentTrees recent)
    {
        var version = revision.ToString(CultureInfo.InvariantCulture);
        _json["metadata"]!["resourceVersion"] = version;
        if (version.Length != _width)
        {
            return new StoredObject(key, _json, _json.ToUtf8(), revision, recent);
        }

        _ = Utf8Formatter.TryFormat(revision, _utf8.AsSpan(_gap), out _);
        return new StoredObject(key, _json, _utf8, revision, recent);
    }

    /// <returns>Where the version's digits begin.</returns>
    private static long WriteMetadata(Utf8JsonWriter writer, JsonObject metadata, int width)
    {
        var gap = 0L;
        writer.WriteStartObject();
        foreach (var (name, value) in metadata)
        {
            writer.WritePropertyName(name);
            JsonNodes.Write(writer, value);
            if (name == "resourceVersion")
            {
                gap = writer.BytesCommitted + writer.BytesPending - width - 1;
            }
        }

        writer.WriteEndObject();
        return gap;
    }
}
