using Amazon.JsonClient;
using Amazon.SecretsManager.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Amazon.SecretsManager;

/// <summary>How each operation is written and read.</summary>
internal static class Operations
{
    private static readonly ServiceErrors Errors = new(
        (m, inner, type, code, id, status) => new AmazonSecretsManagerException(m, inner, type, code, id, status),
        new Dictionary<string, ServiceErrorFactory>
        {
            ["DecryptionFailure"] = (m, inner, type, code, id, status) => new DecryptionFailureException(m, inner, type, code, id, status),
            ["InternalServiceError"] = (m, inner, type, code, id, status) => new InternalServiceErrorException(m, inner, type, code, id, status),
            ["InvalidParameterException"] = (m, inner, type, code, id, status) => new InvalidParameterException(m, inner, type, code, id, status),
            ["InvalidRequestException"] = (m, inner, type, code, id, status) => new InvalidRequestException(m, inner, type, code, id, status),
            ["ResourceNotFoundException"] = (m, inner, type, code, id, status) => new ResourceNotFoundException(m, inner, type, code, id, status),
        });

    private static readonly TargetMarshaller Marshaller = new("Amazon.SecretsManager", "secretsmanager", "2017-10-17");

    public static readonly InvokeOptions GetSecretValue = Of<GetSecretValueResponse>();

    private static InvokeOptions Of<TResponse>()
        where TResponse : AmazonWebServiceResponse, new() => new()
        {
            RequestMarshaller = Marshaller,
            ResponseUnmarshaller = new JsonUnmarshaller<TResponse>(JsonShapes.AsNamed, Errors),
        };
}
