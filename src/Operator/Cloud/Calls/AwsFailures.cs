using System.Net;
using Amazon.Runtime;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Cloud.Calls;

/// <summary>
/// Says of each error of AWS how the operator answers it. By code and not by exception type: the codes that matter most,
/// throttling and denial, are in no service's model (reference aws-api.md, section 9).
/// </summary>
internal static class AwsFailures
{
    private static readonly HashSet<string> Throttles = new(StringComparer.Ordinal)
    {
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown", "PriorRequestNotComplete",
        "EC2ThrottledException",
    };

    private static readonly HashSet<string> Quotas = new(StringComparer.Ordinal)
    {
        "ResourceLimitExceeded", "ResourceLimitExceededException", "ServiceQuotaExceededException",
    };

    private static readonly HashSet<string> Denials = new(StringComparer.Ordinal)
    {
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AllAccessDisabled", "AccountProblem",
    };

    /// <summary>Keys that ran out or a clock that is off: the SDK fetches new ones and corrects the clock for the next call.</summary>
    private static readonly HashSet<string> Stale = new(StringComparer.Ordinal)
    {
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed", "InvalidSignatureException",
        "SignatureDoesNotMatch", "TokenRefreshRequired", "IDPCommunicationError",
    };

    private static readonly HashSet<string> BadKeys = new(StringComparer.Ordinal)
    {
        "InvalidAccessKeyId", "UnrecognizedClientException", "InvalidClientTokenId", "MissingAuthenticationToken",
        "MissingAuthenticationTokenException", "InvalidToken",
    };

    /// <summary>Faults that come with a 4xx.</summary>
    private static readonly HashSet<string> Faults = new(StringComparer.Ordinal)
    {
        "RequestTimeout", "RequestTimeoutException", "InternalError", "IncompleteBody", "BadDigest", "OperationAborted",
        "ConditionalRequestConflict",
    };

    /// <summary>Whether an exception is an answer of AWS, or the lack of one, rather than a bug here.</summary>
    public static bool Knows(Exception e) =>
        e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or WebException or TimeoutException
        // The SDK reports a time-out of its own as a cancellation that nobody asked for.
        or OperationCanceledException;

    /// <summary>The failure that an exception is.</summary>
    public static OperatorException From(Exception e, AwsCall call) => e switch
    {
        AmazonServiceException service => From(service, call),
        AmazonClientException { InnerException: OperatorException inner } => inner,
        AmazonClientException client => OperatorException.Transient(
            client.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) ? Reasons.CredentialsUnavailable : Reasons.ServiceUnavailable,
            $"{call}: the AWS client could not make the call: {client.Message}",
            client),
        _ => OperatorException.Transient(Reasons.ServiceUnavailable, $"{call}: no answer: {e.Message}", e),
    };

    /// <summary>Whether the service gave one of these codes.</summary>
    public static bool HasCode(this AmazonServiceException e, params ReadOnlySpan<string> codes) => codes.Contains(Code(e));

    private static OperatorException From(AmazonServiceException e, AwsCall call)
    {
        var code = Code(e);
        var what = $"{call}: {(code.Length > 0 ? code : $"HTTP {(int)e.StatusCode}")}: {e.Message}";
        var status = (int)e.StatusCode;
        return code switch
        {
            _ when Throttles.Contains(code) || status == 429 => OperatorException.Waiting(Reasons.Throttled, what, inner: e),
            _ when Quotas.Contains(code) => OperatorException.Waiting(Reasons.QuotaExceeded, what, inner: e),
            _ when Stale.Contains(code) || Faults.Contains(code) => OperatorException.Transient(Reasons.ServiceUnavailable, what, e),
            _ when Denials.Contains(code) => Denied(what, e, call),
            _ when BadKeys.Contains(code) => OperatorException.Terminal(Reasons.CredentialsUnavailable, what, e),
            // A role that was just made is not known everywhere at once.
            _ when CannotAssumeRole(code, e.Message) => OperatorException.Transient(Reasons.AccessDenied, what, e),
            // Without a status there was no answer: the SDK wraps what the network did.
            _ when status is 0 or >= 500 => OperatorException.Transient(Reasons.ServiceUnavailable, what, e),
            _ when status == 403 => Denied(what, e, call),
            _ when status is >= 400 and < 500 => OperatorException.Terminal(Reasons.RequestRejected, what, e),
            _ => OperatorException.Transient(Reasons.ServiceUnavailable, what, e),
        };
    }

    /// <summary>Says what is needed where AWS does not; where it does, it may be another action, such as <c>iam:PassRole</c>.</summary>
    private static OperatorException Denied(string what, AmazonServiceException e, AwsCall call) => OperatorException.Terminal(
        Reasons.AccessDenied,
        e.Message.Contains("perform", StringComparison.Ordinal) ? what : $"{what.TrimEnd('.')}. The identity that makes the call needs {call.Action}.",
        e);

    private static bool CannotAssumeRole(string code, string message) =>
        code == "ValidationException" && message.Contains("could not assume role", StringComparison.OrdinalIgnoreCase);

    /// <summary>Codes come with a namespace in front or a URI behind, by protocol.</summary>
    private static string Code(AmazonServiceException e)
    {
        var code = (e.ErrorCode ?? "").Split(':')[0];
        return code[(code.LastIndexOf('#') + 1)..];
    }
}
