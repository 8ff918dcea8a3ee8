using System.Globalization;

namespace GovernedFinetune.Sandbox.Catalog.Lineage;

/// <summary>What an end of a lineage relationship is; names as on the wire.</summary>
internal enum LineageKind
{
    Table,
    ModelVersion,
    Path,
    ExternalMetadata,
}

/// <summary>One end of a lineage relationship.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Full name, URL of a path, or name of the external metadata object.</param>
/// <param name="Version">Version of a model; 0 otherwise.</param>
internal sealed record LineageEnd(LineageKind Kind, string Name, int Version = 0)
{
    public static LineageEnd Table(string fullName) => new(LineageKind.Table, fullName);

    public static LineageEnd ModelVersion(string fullName, int version) => new(LineageKind.ModelVersion, fullName, version);

    public static LineageEnd ExternalMetadata(string name) => new(LineageKind.ExternalMetadata, name);

    /// <summary>The end as the service writes it.</summary>
    public object Shape => Kind switch
    {
        LineageKind.Table => new { table = new { Name } },
        LineageKind.ModelVersion => new { model_version = new { Name, version = Version.ToString(CultureInfo.InvariantCulture) } },
        LineageKind.Path => new { path = new { url = Name } },
        _ => new { external_metadata = new { Name } },
    };

    public override string ToString() => Kind == LineageKind.ModelVersion
        ? string.Create(CultureInfo.InvariantCulture, $"{Name}/{Version}")
        : Name;
}
