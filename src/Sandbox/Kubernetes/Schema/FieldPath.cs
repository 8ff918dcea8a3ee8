using System.Globalization;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>Where in an object a walk is; only turned into text when there is something to say.</summary>
internal sealed class FieldPath
{
    /// <summary>The whole object.</summary>
    public static readonly FieldPath Root = new(null, "");

    private readonly FieldPath? _parent;
    private readonly string _text;

    private FieldPath(FieldPath? parent, string text)
    {
        _parent = parent;
        _text = text;
    }

    /// <summary>A path from its text, such as <c>spec.versions[0]</c>.</summary>
    public static FieldPath Of(string text) => new(null, text);

    /// <summary>A member of an object: <c>.name</c>.</summary>
    public FieldPath Child(string name) => new(this, name);

    /// <summary>An item of a list: <c>[index]</c>.</summary>
    public FieldPath Item(int index) => new(this, string.Create(CultureInfo.InvariantCulture, $"[{index}]"));

    /// <summary>A value of a map: <c>[key]</c>.</summary>
    public FieldPath Key(string key) => new(this, $"[{key}]");

    /// <inheritdoc />
    public override string ToString()
    {
        var before = _parent?.ToString() ?? "";
        return before.Length == 0 || _text.StartsWith('[') ? before + _text : $"{before}.{_text}";
    }
}
