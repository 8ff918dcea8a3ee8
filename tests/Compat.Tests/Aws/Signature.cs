using System.Security.Cryptography;
using System.Text;

namespace GovernedFinetune.Compat.Tests.Aws;

/// <summary>
/// Signature Version 4 from the receiver's side, written from the published description
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
/// </summary>
internal static class Signature
{
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    public const string Region = "eu-west-1";

    /// <summary>Fails unless the request is signed for the service with <see cref="SecretKey"/>, body and query included.</summary>
    public static void AssertValid(WireRequest request, string service)
    {
        var parts = request.Headers["Authorization"]["AWS4-HMAC-SHA256 ".Length..]
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        var date = request.Headers["X-Amz-Date"];
        var scope = $"{date[..8]}/{Region}/{service}/aws4_request";
        Assert.Equal($"{AccessKey}/{scope}", parts["Credential"]);

        var target = request.Target.Split('?', 2);
        var query = target.Skip(1).SelectMany(text => text.Split('&')).Order(StringComparer.Ordinal);
        var signed = parts["SignedHeaders"].Split(';');
        Assert.Contains("host", signed);
        var canonical = string.Join(
            '\n',
            [
                request.Method,
                EncodeTwice(target[0]),
                string.Join('&', query),
                .. signed.Select(name => $"{name}:{request.Headers[name].Trim()}"),
                "",
                parts["SignedHeaders"],
                Convert.ToHexStringLower(SHA256.HashData(request.Body)),
            ]);
        var toSign = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";

        var key = Encoding.UTF8.GetBytes("AWS4" + SecretKey);
        foreach (var step in scope.Split('/').Append(toSign))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }

        Assert.Equal(Convert.ToHexStringLower(key), parts["Signature"]);
    }

    // The path on the wire is encoded once; services other than S3 sign it encoded once more.
    private static string EncodeTwice(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
