using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Aws.Http;

/// <summary>Writes answers and errors in the shape of each protocol (reference: botocore service models, section 2 of the facts).</summary>
internal static class AwsResponses
{
    private static readonly XNamespace StsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

    /// <summary>Gives every answer the ids that clients log.</summary>
    public static void AddRequestId(HttpContext http, AwsService service)
    {
        if (service.Protocol == AwsProtocol.RestXml)
        {
            http.Response.Headers["x-amz-request-id"] = AwsRequest.NewS3RequestId();
            http.Response.Headers["x-amz-id-2"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(AwsRequest.NewRequestId()));
        }
        else
        {
            http.Response.Headers["x-amzn-RequestId"] = AwsRequest.NewRequestId();
        }
    }

    public static Task WriteJsonAsync(HttpContext http, AwsService service, JsonObject body)
    {
        http.Response.ContentType = service.Protocol == AwsProtocol.Json ? "application/x-amz-json-1.1" : "application/json";
        return WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes(body));
    }

    public static Task WriteXmlAsync(HttpContext http, XElement root)
    {
        http.Response.ContentType = http.Response.Headers.ContainsKey("x-amzn-RequestId") ? "text/xml" : "application/xml";
        using var buffer = new MemoryStream();
        using (var writer = XmlWriter.Create(buffer, new XmlWriterSettings { Encoding = new UTF8Encoding(false), CheckCharacters = false }))
        {
            root.Save(writer);
        }

        return WriteAsync(http, buffer.ToArray());
    }

    /// <summary>The answer of an STS call.</summary>
    public static Task WriteStsAsync(HttpContext http, string operation, params XElement[] result)
    {
        var root = new XElement($"{operation}Response",
            new XElement($"{operation}Result", result),
            new XElement("ResponseMetadata", new XElement("RequestId", http.Response.Headers["x-amzn-RequestId"].ToString())));
        return WriteXmlAsync(http, Qualify(root, StsNamespace));
    }

    /// <summary>An error. Used by the services and by the fault switch alike.</summary>
    public static Task WriteErrorAsync(HttpContext http, AwsService service, AwsException error)
    {
        http.Description().Error = error.Code;
        if (!http.Response.Headers.ContainsKey("x-amzn-RequestId") && !http.Response.Headers.ContainsKey("x-amz-request-id"))
        {
            AddRequestId(http, service);
        }

        http.Response.StatusCode = error.Status;
        if (HttpMethods.IsHead(http.Request.Method) || error.Status == StatusCodes.Status304NotModified)
        {
            return Task.CompletedTask;
        }

        switch (service.Protocol)
        {
            case AwsProtocol.RestXml:
                var details = error.Details.Select(d => new XElement(d.Name, d.Value));
                return WriteXmlAsync(http, new XElement("Error",
                    new XElement("Code", error.Code),
                    new XElement("Message", error.Message),
                    details,
                    new XElement("RequestId", http.Response.Headers["x-amz-request-id"].ToString()),
                    new XElement("HostId", http.Response.Headers["x-amz-id-2"].ToString())));
            case AwsProtocol.Query:
                return WriteXmlAsync(http, Qualify(new XElement("ErrorResponse",
                    new XElement("Error",
                        new XElement("Type", error.Status < 500 ? "Sender" : "Receiver"),
                        new XElement("Code", error.Code),
                        new XElement("Message", error.Message)),
                    new XElement("RequestId", http.Response.Headers["x-amzn-RequestId"].ToString())), StsNamespace));
            case AwsProtocol.RestJson:
                http.Response.Headers["x-amzn-ErrorType"] = error.Code;
                return WriteJsonAsync(http, service, new JsonObject { ["message"] = error.Message });
            default:
                // Secrets Manager capitalises the member, SageMaker does not; clients read both.
                return WriteJsonAsync(http, service, new JsonObject
                {
                    ["__type"] = error.Code,
                    [service == AwsService.Secrets ? "Message" : "message"] = error.Message,
                });
        }
    }

    /// <summary>A time as the JSON protocols write it: seconds since 1970 as a number, with milliseconds.</summary>
    public static JsonNode EpochSeconds(DateTimeOffset time) => JsonValue.Create(time.ToUnixTimeMilliseconds() / 1000m);

    /// <summary>A time as the XML protocols write it.</summary>
    public static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Puts an element and all below it into a namespace.</summary>
    public static XElement Qualify(XElement root, XNamespace space)
    {
        foreach (var element in root.DescendantsAndSelf())
        {
            element.Name = space + element.Name.LocalName;
        }

        return root;
    }

    private static Task WriteAsync(HttpContext http, byte[] body)
    {
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, 0, body.Length, http.RequestAborted);
    }
}
