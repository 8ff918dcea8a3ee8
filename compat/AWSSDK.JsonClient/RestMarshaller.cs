using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Util;

namespace Amazon.JsonClient;

/// <summary>Writes one operation's requests of the REST JSON protocol.</summary>
/// <typeparam name="T">The operation's request.</typeparam>
/// <param name="serviceName">The namespace of the client.</param>
/// <param name="apiVersion">The version of the service's API, a date.</param>
/// <param name="method">The HTTP method; <c>POST</c> has a body.</param>
/// <param name="path">The path, with placeholders such as <c>{applicationId}</c>.</param>
/// <param name="bind">Puts the members that are not in the body where they belong.</param>
/// <param name="refuse">Makes the service's exception for a request that cannot be sent.</param>
public sealed class RestMarshaller<T>(
    string serviceName, string apiVersion, string method, string path, Action<T, RestCall> bind, Func<string, AmazonServiceException> refuse)
    : IMarshaller<IRequest, AmazonWebServiceRequest>
    where T : AmazonWebServiceRequest
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = new DefaultRequest(input, serviceName) { HttpMethod = method, ResourcePath = path, UseQueryString = true };
        request.Headers[HeaderKeys.XAmzApiVersion] = apiVersion;
        bind((T)input, new RestCall(request, refuse));
        if (method == "POST")
        {
            request.Headers[HeaderKeys.ContentTypeHeader] = "application/json";
            request.Content = JsonSerializer.SerializeToUtf8Bytes((T)input, JsonShapes.SmallFirstLetter);
        }

        return request;
    }
}
