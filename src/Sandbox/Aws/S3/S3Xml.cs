using System.Xml;
using System.Xml.Linq;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>S3's XML documents.</summary>
internal static class S3Xml
{
    private const long MaxDocument = 2 * 1024 * 1024;
    private static readonly XNamespace Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    public static Task WriteAsync(AwsRequest request, XElement root) =>
        AwsResponses.WriteXmlAsync(request.Http, AwsResponses.Qualify(root, Namespace));

    /// <summary>Reads a request's document, with every element's name freed of its namespace.</summary>
    /// <exception cref="AwsException">The body is not XML, is too large, or is not what was signed.</exception>
    public static async Task<XElement> ReadAsync(AwsRequest request, ReceivedBody body, CancellationToken cancellationToken)
    {
        try
        {
            if (body.Size > MaxDocument)
            {
                throw new AwsException(400, "MaxMessageLengthExceeded", "Your request was too big.");
            }

            await using var file = File.OpenRead(body.File);
            using var reader = XmlReader.Create(file, new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit });
            var root = await XElement.LoadAsync(reader, LoadOptions.None, cancellationToken);
            return AwsResponses.Qualify(root, XNamespace.None);
        }
        catch (XmlException e)
        {
            throw Malformed(e.Message);
        }
    }

    public static AwsException Malformed(string why) =>
        new(400, "MalformedXML", $"The XML you provided was not well-formed or did not validate against our published schema: {why}");
}
