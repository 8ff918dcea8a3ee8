using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel.Cost;

/// <summary>
/// What a schema says of the size of its values: <c>maxLength</c>, <c>maxItems</c> and <c>maxProperties</c>, or else what
/// fits into the largest request. Lengths are in bytes, of which a character takes up to four.
/// </summary>
internal sealed class DeclaredSize
{
    /// <summary>The largest request that the server takes, in bytes.</summary>
    public const long MaximumRequest = 3 << 20;

    /// <summary>The longest RFC 3339 time or duration with its quotes.</summary>
    private const ulong LongestTime = 32;
    private const ulong LongestDate = 12;
    private const int BytesPerCharacter = 4;

    /// <summary>A name or key that no schema bounds; the real server counts it as nothing.</summary>
    private static readonly DeclaredSize Key = new(new JsonSchema { Type = "boolean" }, isResource: false);
    private static readonly JsonSchema FreeText = new() { Type = "string" };

    private readonly JsonSchema _schema;
    private readonly bool _isResource;

    public DeclaredSize(JsonSchema schema, bool isResource)
    {
        _schema = schema;
        _isResource = isResource || schema.EmbeddedResource;
    }

    /// <summary>The most characters, items or entries; 0 for what has a fixed size, and for objects.</summary>
    public ulong MaxElements => _schema switch
    {
        { IntOrString: true } or { Type: "string" } => Characters(),
        { Type: "array", MaxItems: { } items } => Natural(items),
        { Type: "array" } => (ulong)((MaximumRequest - 2) / (Element!.LeastBytes + 1)),
        { Type: "object", AdditionalProperties: not null, MaxProperties: { } properties } => Natural(properties),
        // An entry is a key, two quotes, a colon and a comma beside its value.
        { Type: "object", AdditionalProperties: not null } => (ulong)((MaximumRequest - 2) / (Element!.LeastBytes + 6)),
        _ => 0,
    };

    /// <summary>The fewest bytes of a value as JSON.</summary>
    public long LeastBytes => _schema switch
    {
        { IntOrString: true } or { Type: "number" or "integer" } => 1,
        { Type: "boolean" } => 4,
        { Type: "string", Format: "duration" } => 3,
        { Type: "string", Format: "date" } => 12,
        { Type: "string", Format: "date-time" } => 21,
        { Type: "object", AdditionalProperties: null } => 2 + _schema.Required.Sum(RequiredBytes),
        _ => 2,
    };

    /// <summary>The sizes of a list's items or a map's values; null when there are none.</summary>
    public DeclaredSize? Element => (_schema.Items ?? _schema.AdditionalProperties) is { } element ? new(element, isResource: false) : null;

    /// <summary>The sizes of a map's keys; null for everything else.</summary>
    public DeclaredSize? Keys => _schema is { Type: "object", AdditionalProperties: not null } ? Key : null;

    /// <summary>The sizes of an object's member; null when the schema does not name it.</summary>
    public DeclaredSize? Member(string name)
    {
        if (_schema.Type != "object" || _schema.AdditionalProperties is not null)
        {
            return null;
        }

        if (_isResource && name is "apiVersion" or "kind")
        {
            return new(FreeText, isResource: false);
        }

        return _isResource && name == "metadata"
            ? new(Checker.ResourceMetadata, isResource: false)
            : _schema.Properties.TryGetValue(name, out var property) ? new(property, isResource: false) : null;
    }

    private long RequiredBytes(string name) =>
        _schema.Properties.TryGetValue(name, out var property) && property.Default is null && CelType.IsExposed(property)
            ? System.Text.Encoding.UTF8.GetByteCount(name) + new DeclaredSize(property, isResource: false).LeastBytes + 4
            : 0;

    private ulong Characters() => _schema switch
    {
        { IntOrString: false, Format: "duration" or "date-time" } => LongestTime,
        { IntOrString: false, Format: "date" } => LongestDate,
        { IntOrString: false, Format: "byte", MaxLength: { } bytes } => Natural(bytes),
        { MaxLength: { } most } => Costs.Multiply(Natural(most), BytesPerCharacter),
        { IntOrString: false, Format: not "byte", Enum.Count: > 0 } => (ulong)_schema.Enum.Max(v => System.Text.Encoding.UTF8.GetByteCount(v.AsText() ?? "")),
        _ => (ulong)MaximumRequest - 2,
    };

    private static ulong Natural(long value) => (ulong)Math.Max(0, value);
}
