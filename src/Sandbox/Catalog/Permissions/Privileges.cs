using System.Collections.Frozen;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Permissions;

/// <summary>Privileges, and what each may be granted on (privilege model 1.0).</summary>
internal static class Privileges
{
    public const string All = "ALL_PRIVILEGES";
    public const string ApplyTag = "APPLY_TAG";
    public const string Browse = "BROWSE";
    public const string CreateCatalog = "CREATE_CATALOG";
    public const string CreateExternalLocation = "CREATE_EXTERNAL_LOCATION";
    public const string CreateExternalMetadata = "CREATE_EXTERNAL_METADATA";
    public const string CreateExternalTable = "CREATE_EXTERNAL_TABLE";
    public const string CreateManagedStorage = "CREATE_MANAGED_STORAGE";
    public const string CreateModel = "CREATE_MODEL";
    public const string CreateModelVersion = "CREATE_MODEL_VERSION";
    public const string CreateSchema = "CREATE_SCHEMA";
    public const string CreateStorageCredential = "CREATE_STORAGE_CREDENTIAL";
    public const string CreateTable = "CREATE_TABLE";
    public const string Execute = "EXECUTE";
    public const string ExternalUseLocation = "EXTERNAL_USE_LOCATION";
    public const string ExternalUseSchema = "EXTERNAL_USE_SCHEMA";
    public const string Manage = "MANAGE";
    public const string Modify = "MODIFY";
    public const string ReadFiles = "READ_FILES";
    public const string Select = "SELECT";
    public const string UseCatalog = "USE_CATALOG";
    public const string UseSchema = "USE_SCHEMA";
    public const string WriteFiles = "WRITE_FILES";

    private static readonly string[] OnTable = [All, ApplyTag, Manage, Modify, Select];

    private static readonly string[] OnModel = [All, ApplyTag, CreateModelVersion, Execute, Manage];

    private static readonly string[] OnSchema =
    [
        .. OnTable, .. OnModel, UseSchema, ExternalUseSchema, CreateTable, CreateModel, "CREATE_FUNCTION", "CREATE_VOLUME",
        "CREATE_MATERIALIZED_VIEW", "CREATE_VIEW", "READ_VOLUME", "WRITE_VOLUME", "REFRESH",
    ];

    private static readonly FrozenDictionary<SecurableKind, FrozenSet<string>> Applicable = new Dictionary<SecurableKind, FrozenSet<string>>
    {
        [SecurableKind.Metastore] = Set(
            CreateCatalog, CreateExternalLocation, CreateExternalMetadata, CreateStorageCredential, "CREATE_CLEAN_ROOM", "CREATE_CONNECTION",
            "CREATE_PROVIDER", "CREATE_RECIPIENT", "CREATE_SERVICE_CREDENTIAL", "CREATE_SHARE", "MANAGE_ALLOWLIST", "SET_SHARE_PERMISSION",
            "USE_CONNECTION", "USE_MARKETPLACE_ASSETS", "USE_PROVIDER", "USE_RECIPIENT", "USE_SHARE"),
        [SecurableKind.Catalog] = Set([.. OnSchema, UseCatalog, CreateSchema, Browse]),
        [SecurableKind.Schema] = Set(OnSchema),
        [SecurableKind.Table] = Set(OnTable),
        [SecurableKind.Model] = Set(OnModel),
        [SecurableKind.ExternalLocation] = Set(
            All, Browse, CreateExternalTable, CreateManagedStorage, "CREATE_EXTERNAL_VOLUME", "CREATE_FOREIGN_SECURABLE",
            ExternalUseLocation, Manage, ReadFiles, WriteFiles),
        [SecurableKind.StorageCredential] = Set(All, CreateExternalLocation, CreateExternalTable, Manage, ReadFiles, WriteFiles),
        [SecurableKind.ExternalMetadata] = Set(All, ApplyTag, Browse, Manage, Modify),
    }.ToFrozenDictionary();

    /// <summary>Requests may write privileges with spaces and in any case.</summary>
    public static string Normalize(string privilege) => privilege.Trim().Replace(' ', '_').ToUpperInvariant();

    public static bool AppliesTo(string privilege, SecurableKind kind) => Applicable[kind].Contains(privilege);

    /// <summary>Never implied: not by ALL_PRIVILEGES, not by ownership, not by being the metastore's administrator.</summary>
    public static bool IsExplicitOnly(string privilege) => privilege is ExternalUseSchema or ExternalUseLocation;

    /// <summary>
    /// Opens data. The owner of the object itself holds these; the owner of its catalog or schema and the metastore's
    /// administrator must be granted them like anybody else.
    /// </summary>
    public static bool IsData(string privilege) => privilege is Select or Modify or Execute or ReadFiles or WriteFiles;

    private static FrozenSet<string> Set(params string[] privileges) => privileges.ToFrozenSet(StringComparer.Ordinal);
}
