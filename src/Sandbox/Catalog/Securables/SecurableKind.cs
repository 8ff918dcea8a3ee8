namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>A kind of securable, by the names that the service gives it.</summary>
/// <param name="Wire">SecurableType in answers and, in any case, in paths.</param>
/// <param name="Display">Name in messages.</param>
/// <param name="CodePrefix">What <c>_DOES_NOT_EXIST</c> and <c>_ALREADY_EXISTS</c> are appended to.</param>
internal sealed record SecurableKind(string Wire, string Display, string CodePrefix)
{
    public static readonly SecurableKind Metastore = new("METASTORE", "Metastore", "METASTORE");
    public static readonly SecurableKind Catalog = new("CATALOG", "Catalog", "CATALOG");
    public static readonly SecurableKind Schema = new("SCHEMA", "Schema", "SCHEMA");
    public static readonly SecurableKind Table = new("TABLE", "Table", "TABLE");

    /// <summary>Registered models are functions to the permission service.</summary>
    public static readonly SecurableKind Model = new("FUNCTION", "Routine or Model", "RESOURCE");

    public static readonly SecurableKind ExternalLocation = new("EXTERNAL_LOCATION", "External Location", "EXTERNAL_LOCATION");
    public static readonly SecurableKind StorageCredential = new("STORAGE_CREDENTIAL", "Storage Credential", "STORAGE_CREDENTIAL");
    public static readonly SecurableKind ExternalMetadata = new("EXTERNAL_METADATA", "External Metadata", "RESOURCE");

    public static IReadOnlyList<SecurableKind> Kept { get; } =
        [Metastore, Catalog, Schema, Table, Model, ExternalLocation, StorageCredential, ExternalMetadata];

    /// <summary>Kinds that the service knows and the sandbox keeps none of.</summary>
    public static IReadOnlyList<string> Others { get; } =
        ["CLEAN_ROOM", "CONNECTION", "CREDENTIAL", "PIPELINE", "PROVIDER", "RECIPIENT", "SHARE", "STAGING_TABLE", "VOLUME"];
}
