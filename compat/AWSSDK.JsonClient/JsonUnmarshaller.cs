using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Amazon.JsonClient;

/// <summary>Reads one operation's answers, and the service's errors.</summary>
/// <typeparam name="T">The operation's answer.</typeparam>
/// <param name="shapes">How members are called.</param>
/// <param name="errors">The exceptions of the service.</param>
public sealed class JsonUnmarshaller<T>(JsonSerializerOptions shapes, ServiceErrors errors) : JsonResponseUnmarshaller
    where T : AmazonWebServiceResponse, new()
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext context)
    {
        using var body = new MemoryStream();
        context.Stream.CopyTo(body);

        // Some operations answer with nothing at all.
        return body.Length == 0 ? new T() : JsonSerializer.Deserialize<T>(body.GetBuffer().AsSpan(0, (int)body.Length), shapes) ?? new T();
    }

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        var reader = new StreamingUtf8JsonReader(context.Stream);
        var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(context, ref reader);
        error.InnerException = innerException;
        error.StatusCode = statusCode;
        return errors.Create(error);
    }
}
