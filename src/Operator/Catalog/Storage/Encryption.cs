using Amazon.S3;
using Amazon.S3.Model;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>How the catalog wants written objects encrypted; without a wish the bucket decides.</summary>
/// <param name="Method">S3's method.</param>
/// <param name="KeyArn">The key, for KMS.</param>
internal sealed record Encryption(ServerSideEncryptionMethod Method, string? KeyArn)
{
    /// <summary>Reads the wish.</summary>
    public static Encryption? From(EncryptionMessage? message) => message?.SseEncryptionDetails switch
    {
        { Algorithm: "AWS_SSE_KMS" } kms => new Encryption(ServerSideEncryptionMethod.AWSKMS, kms.AwsKmsKeyArn),
        { Algorithm: "AWS_SSE_S3" } => new Encryption(ServerSideEncryptionMethod.AES256, null),
        _ => null,
    };

    /// <summary>Asks for it.</summary>
    public void ApplyTo(PutObjectRequest request) =>
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (Method, KeyArn);

    /// <summary>Asks for it.</summary>
    public void ApplyTo(InitiateMultipartUploadRequest request) =>
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (Method, KeyArn);
}
