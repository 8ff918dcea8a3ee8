namespace GovernedFinetune.Operator.Catalog.Http;

/// <summary>What an error of the catalog means for a client.</summary>
internal enum CatalogErrorKind
{
    /// <summary>A fault of the service, or an answer that nobody documents.</summary>
    Unavailable,

    /// <summary>Come later.</summary>
    Throttled,

    /// <summary>The token is not accepted.</summary>
    Unauthenticated,

    /// <summary>The principal may not do this.</summary>
    Denied,

    /// <summary>The object does not exist, or cannot be seen.</summary>
    NotFound,

    /// <summary>An object of that name exists.</summary>
    AlreadyExists,

    /// <summary>The request is wrong as it stands.</summary>
    Rejected,
}

/// <summary>An error answer of the catalog, whichever of its shapes it came in.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">The catalog's <c>error_code</c>; empty when the answer had none.</param>
/// <param name="Message">Its text.</param>
/// <param name="Reason"><c>ErrorInfo.reason</c>; empty when absent.</param>
/// <param name="Metadata"><c>ErrorInfo.metadata</c>.</param>
/// <param name="FromCatalog">Whether the answer had a shape that the catalog uses, and not that of a proxy before it.</param>
/// <param name="RetryAfter">When to come back, from <c>Retry-After</c> or <c>RetryInfo</c>.</param>
internal sealed record CatalogError(
    int Status,
    string Code,
    string Message,
    string Reason,
    IReadOnlyDictionary<string, string> Metadata,
    bool FromCatalog,
    TimeSpan? RetryAfter)
{
    /// <summary>Tokens that say that external access is off for the whole metastore; they were seen in the code, the reason
    /// and the message, with 401 and with 403 (reference unity-catalog-api.md, section 4).</summary>
    private static readonly string[] ExternalAccessOff =
    [
        "EXTERNAL_ACCESS_DISABLED_ON_METASTORE",
        "UNITY_CATALOG_EXTERNAL_GENERATE_TABLE_CREDENTIALS_DENIED",
        "UNITY_CATALOG_EXTERNAL_GENERATE_PATH_CREDENTIALS_DENIED",
    ];

    /// <summary>What it means. The code decides before the status does, as in Databricks' own clients.</summary>
    public CatalogErrorKind Kind
    {
        get
        {
            if (Code.EndsWith("ALREADY_EXISTS", StringComparison.Ordinal) || Reason.EndsWith("ALREADY_EXISTS", StringComparison.Ordinal))
            {
                return CatalogErrorKind.AlreadyExists;
            }

            if (ExternalAccessOff.Any(Mentions))
            {
                return CatalogErrorKind.Denied;
            }

            return Code switch
            {
                "RESOURCE_EXHAUSTED" or "REQUEST_LIMIT_EXCEEDED" => CatalogErrorKind.Throttled,
                "UNAUTHENTICATED" => CatalogErrorKind.Unauthenticated,
                "PERMISSION_DENIED" => CatalogErrorKind.Denied,
                // No such route, or no metastore: not "the object is missing".
                "ENDPOINT_NOT_FOUND" or "METASTORE_DOES_NOT_EXIST" => CatalogErrorKind.Rejected,
                "ABORTED" or "CANCELLED" => CatalogErrorKind.Unavailable,
                _ when Code.EndsWith("_DOES_NOT_EXIST", StringComparison.Ordinal) || Code.EndsWith("NOT_FOUND", StringComparison.Ordinal) =>
                    CatalogErrorKind.NotFound,
                _ => KindOfStatus(),
            };
        }
    }

    /// <summary>Whether a token occurs in the code, the reason or the message.</summary>
    public bool Mentions(string token) =>
        Code.Contains(token, StringComparison.OrdinalIgnoreCase)
        || Reason.Contains(token, StringComparison.OrdinalIgnoreCase)
        || Message.Contains(token, StringComparison.OrdinalIgnoreCase);

    /// <summary>The catalog's own words, with its code in front when it gave one.</summary>
    public string Text => (Code.Length, Message.Length) switch
    {
        (0, 0) => $"HTTP {Status} without a text",
        (0, _) => $"HTTP {Status}: {Message}",
        (_, 0) => Code,
        _ => $"{Code}: {Message}",
    };

    private CatalogErrorKind KindOfStatus() => Status switch
    {
        429 or 503 => CatalogErrorKind.Throttled,
        401 => CatalogErrorKind.Unauthenticated,
        403 => CatalogErrorKind.Denied,
        // A page of a proxy says nothing about the object.
        404 when FromCatalog => CatalogErrorKind.NotFound,
        404 or 408 or 425 or 499 => CatalogErrorKind.Unavailable,
        >= 400 and < 500 => CatalogErrorKind.Rejected,
        _ => CatalogErrorKind.Unavailable,
    };
}
