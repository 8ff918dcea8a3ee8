using System.Text.Json.Serialization;
using Amazon.Runtime;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>Vended credentials. Its text form hides them.</summary>
internal sealed record VendedMessage
{
    /// <summary>The prefix that they are good for.</summary>
    public string? Url { get; init; }

    /// <summary>Their end, epoch milliseconds.</summary>
    public long ExpirationTime { get; init; }

    /// <summary>Keys for S3; absent when the storage is not S3.</summary>
    public AwsKeysMessage? AwsTempCredentials { get; init; }

    /// <summary>CUSTOMER_HOSTED, or DEFAULT_STORAGE, for which there are no keys.</summary>
    public string? StorageMode { get; init; }

    /// <summary>How what is written must be encrypted.</summary>
    public EncryptionMessage? EncryptionDetails { get; init; }

    /// <summary>The session that these credentials open.</summary>
    /// <exception cref="OperatorException">They are not for S3.</exception>
    public AwsSession ToSession(string purpose)
    {
        if (AwsTempCredentials is { AccessKeyId.Length: > 0, SecretAccessKey.Length: > 0, SessionToken.Length: > 0 } keys)
        {
            return new AwsSession(
                new ImmutableCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken), DateTimeOffset.FromUnixTimeMilliseconds(ExpirationTime));
        }

        throw OperatorException.Terminal(
            Reasons.RequestRejected,
            StorageMode == "DEFAULT_STORAGE"
                ? $"Unity Catalog: cannot {purpose}: the object is in Databricks default storage, for which no S3 credentials exist. Give its catalog or schema a storage location of its own."
                : $"Unity Catalog: cannot {purpose}: the credentials are not for S3.");
    }

    /// <inheritdoc />
    public override string ToString() => $"credentials for {Url} until {DateTimeOffset.FromUnixTimeMilliseconds(ExpirationTime):O}";
}

/// <summary>S3 session keys. Its text form hides them.</summary>
internal sealed record AwsKeysMessage
{
    /// <summary>Key id.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>Key.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>Session token.</summary>
    public string? SessionToken { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"keys {AccessKeyId}";
}

/// <summary>How what is written must be encrypted.</summary>
internal sealed record EncryptionMessage(SseMessage? SseEncryptionDetails);

/// <summary>Server-side encryption.</summary>
/// <param name="Algorithm">AWS_SSE_S3 or AWS_SSE_KMS.</param>
/// <param name="AwsKmsKeyArn">The key of the latter.</param>
internal sealed record SseMessage(string? Algorithm, string? AwsKmsKeyArn);

/// <summary>MLflow's wrapper.</summary>
internal sealed record WrappedVendedMessage([property: JsonPropertyName("credentials")] VendedMessage? Credentials);

/// <summary>The calls that ask for credentials.</summary>
internal static class Vending
{
    /// <summary>To read a table.</summary>
    public const string Read = "READ";

    /// <summary>For a table, by its id.</summary>
    public static CatalogCall Table(string tableId, string fullName, string operation) => CatalogCall.Post(
        $"{CatalogCall.UnityCatalog}/temporary-table-credentials",
        $"get {operation} credentials of table {fullName}",
        new { table_id = tableId, operation });

    /// <summary>For writing below a path, tried only: the answer holds no usable credentials.</summary>
    public static CatalogCall TrialPath(Profiles.S3Location path) => CatalogCall.Post(
        $"{CatalogCall.UnityCatalog}/temporary-path-credentials",
        $"get write credentials of path {path}",
        new { url = path.ToString(), operation = "PATH_READ_WRITE", dry_run = true });
}
