using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.Signing;

/// <summary>Why a request could not be authenticated.</summary>
internal enum AuthFailure
{
    Missing,
    Malformed,
    WrongScope,
    UnknownKey,
    WrongToken,
    Expired,
    Skewed,
    UnsignedHeader,
    WrongSignature,
    WrongBody,
}

/// <summary>The words of each protocol for the same failure.</summary>
internal static class AuthFailures
{
    private const string CheckKey =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";

    public static AwsException For(AwsService service, AuthFailure failure, string detail = "") => service.Protocol switch
    {
        AwsProtocol.RestXml => S3(failure, detail),
        AwsProtocol.Query => Sts(failure, detail),
        AwsProtocol.Json => Json(400, failure, detail),
        _ => Json(403, failure, detail),
    };

    private static AwsException S3(AuthFailure failure, string detail) => failure switch
    {
        AuthFailure.Missing => new(403, "AccessDenied", "Access Denied: the request is not signed."),
        AuthFailure.Malformed => new(400, "AuthorizationHeaderMalformed", $"The authorization header is malformed; {detail}"),
        AuthFailure.WrongScope => new(400, "AuthorizationHeaderMalformed", $"The authorization header is malformed; {detail}"),
        AuthFailure.UnknownKey => new(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
        AuthFailure.WrongToken => new(400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
        AuthFailure.Expired => new(400, "ExpiredToken", "The provided token has expired."),
        AuthFailure.Skewed => new(403, "RequestTimeTooSkewed", $"The difference between the request time and the current time is too large. {detail}"),
        AuthFailure.UnsignedHeader => new(403, "AccessDenied", $"There were headers present in the request which were not signed: {detail}"),
        AuthFailure.WrongBody => new(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."),
        _ => new(403, "SignatureDoesNotMatch", CheckKey),
    };

    private static AwsException Sts(AuthFailure failure, string detail) => failure switch
    {
        AuthFailure.Missing => new(403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
        AuthFailure.Malformed => new(400, "IncompleteSignature", $"Authorization header is incomplete; {detail}"),
        AuthFailure.UnknownKey or AuthFailure.WrongToken => new(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
        AuthFailure.Expired => new(403, "ExpiredToken", "The security token included in the request is expired"),
        AuthFailure.WrongSignature or AuthFailure.WrongBody => new(403, "SignatureDoesNotMatch", CheckKey),
        _ => new(403, "SignatureDoesNotMatch", detail),
    };

    private static AwsException Json(int status, AuthFailure failure, string detail) => failure switch
    {
        AuthFailure.Missing => new(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
        AuthFailure.Malformed => new(status, "IncompleteSignatureException", $"Authorization header is incomplete; {detail}"),
        AuthFailure.UnknownKey or AuthFailure.WrongToken => new(status, "UnrecognizedClientException", "The security token included in the request is invalid."),
        AuthFailure.Expired => new(status, "ExpiredTokenException", "The security token included in the request is expired"),
        AuthFailure.WrongSignature or AuthFailure.WrongBody => new(status, "InvalidSignatureException", CheckKey),
        _ => new(status, "InvalidSignatureException", detail),
    };
}
