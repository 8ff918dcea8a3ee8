using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Amazon.JsonClient;

/// <summary>Makes an exception of a service.</summary>
public delegate AmazonServiceException ServiceErrorFactory(
    string message, Exception innerException, ErrorType errorType, string? errorCode, string requestId, HttpStatusCode statusCode);

/// <summary>The exceptions of one service by error code.</summary>
/// <param name="other">Makes the exception for a code that has none of its own, such as a throttle.</param>
/// <param name="byCode">The codes that have one.</param>
public sealed class ServiceErrors(ServiceErrorFactory other, IReadOnlyDictionary<string, ServiceErrorFactory> byCode)
{
    internal AmazonServiceException Create(ErrorResponse error) =>
        (error.Code is not null && byCode.TryGetValue(error.Code, out var own) ? own : other)(
            error.Message, error.InnerException, error.Type, error.Code, error.RequestId, error.StatusCode);
}
