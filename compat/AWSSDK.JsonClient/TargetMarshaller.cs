using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Util;

namespace Amazon.JsonClient;

/// <summary>Writes requests of the AWS JSON 1.1 protocol: all go to <c>/</c>, and a header names the operation.</summary>
/// <param name="serviceName">The namespace of the client.</param>
/// <param name="targetPrefix">What stands before the operation in <c>X-Amz-Target</c>.</param>
/// <param name="apiVersion">The version of the service's API, a date.</param>
public sealed class TargetMarshaller(string serviceName, string targetPrefix, string apiVersion) : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    private const string RequestSuffix = "Request";

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var operation = input.GetType().Name[..^RequestSuffix.Length];
        var request = new DefaultRequest(input, serviceName)
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Content = JsonSerializer.SerializeToUtf8Bytes(input, input.GetType(), JsonShapes.AsNamed),
        };
        request.Headers["X-Amz-Target"] = $"{targetPrefix}.{operation}";
        request.Headers[HeaderKeys.ContentTypeHeader] = "application/x-amz-json-1.1";
        request.Headers[HeaderKeys.XAmzApiVersion] = apiVersion;
        return request;
    }
}
