using System.Net;
using Amazon.Runtime;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Tests.Cloud;

public sealed class AwsFailuresTests
{
    private static readonly AwsCall Create = new("sagemaker:CreateTrainingJob", "job-1");

    private static OperatorException From(string? code, int status, string message = "the service's text") =>
        AwsFailures.From(new AmazonServiceException(message, ErrorType.Unknown, code, "req-1", (HttpStatusCode)status), Create);

    [Theory]
    [InlineData("ThrottlingException", 400, FailureKind.Waiting, Reasons.Throttled)]
    [InlineData("Throttling", 400, FailureKind.Waiting, Reasons.Throttled)]
    [InlineData("TooManyRequestsException", 429, FailureKind.Waiting, Reasons.Throttled)]
    [InlineData("SlowDown", 503, FailureKind.Waiting, Reasons.Throttled)]
    [InlineData(null, 429, FailureKind.Waiting, Reasons.Throttled)]
    [InlineData("ResourceLimitExceeded", 400, FailureKind.Waiting, Reasons.QuotaExceeded)]
    [InlineData("ServiceQuotaExceededException", 402, FailureKind.Waiting, Reasons.QuotaExceeded)]
    [InlineData("ValidationException", 400, FailureKind.Terminal, Reasons.RequestRejected)]
    [InlineData("NoSuchBucket", 404, FailureKind.Terminal, Reasons.RequestRejected)]
    [InlineData("AccessDeniedException", 400, FailureKind.Terminal, Reasons.AccessDenied)]
    [InlineData("AccessDenied", 403, FailureKind.Terminal, Reasons.AccessDenied)]
    [InlineData("Forbidden", 403, FailureKind.Terminal, Reasons.AccessDenied)]
    [InlineData("com.amazonaws#AccessDeniedException:http://x", 400, FailureKind.Terminal, Reasons.AccessDenied)]
    [InlineData("UnrecognizedClientException", 400, FailureKind.Terminal, Reasons.CredentialsUnavailable)]
    [InlineData("InvalidAccessKeyId", 403, FailureKind.Terminal, Reasons.CredentialsUnavailable)]
    [InlineData("ExpiredToken", 400, FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData("ExpiredTokenException", 403, FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData("RequestTimeTooSkewed", 403, FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData("RequestTimeout", 400, FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData("InternalServerException", 500, FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData("InternalFailure", 500, FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData("ServiceUnavailable", 503, FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData(null, 0, FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData("PermanentRedirect", 301, FailureKind.Transient, Reasons.ServiceUnavailable)]
    public void Each_code_is_answered_in_its_own_way(string? code, int status, FailureKind kind, string reason)
    {
        var failure = From(code, status);
        Assert.Equal((kind, reason), (failure.Kind, failure.Reason));
        Assert.Contains("sagemaker:CreateTrainingJob on 'job-1'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the service's text", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_denial_names_the_action_that_is_missing_which_may_be_another_than_the_calls()
    {
        Assert.EndsWith("AccessDenied. The identity that makes the call needs sagemaker:CreateTrainingJob.", From("AccessDenied", 403, "AccessDenied").Message, StringComparison.Ordinal);
        var passRole = From("AccessDeniedException", 400, "User: arn:aws:iam::1:user/u is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r");
        Assert.DoesNotContain("needs sagemaker:CreateTrainingJob", passRole.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_that_is_not_known_everywhere_yet_is_tried_again()
    {
        var failure = From("ValidationException", 400, "Could not assume role arn:aws:iam::1:role/r. Please ensure that the role exists");
        Assert.Equal(FailureKind.Transient, failure.Kind);
    }

    [Fact]
    public void Each_way_of_getting_no_answer_is_transient()
    {
        Exception[] silences =
        [
            new HttpRequestException("connection reset"), new IOException("broken pipe"), new TaskCanceledException("timed out"), new TimeoutException(),
            new AmazonClientException("wrapped"),
        ];
        Assert.All(silences, e =>
        {
            Assert.True(AwsFailures.Knows(e));
            Assert.Equal((FailureKind.Transient, Reasons.ServiceUnavailable), (AwsFailures.From(e, Create).Kind, AwsFailures.From(e, Create).Reason));
        });
    }

    [Fact]
    public void A_process_without_an_identity_says_so()
    {
        var failure = AwsFailures.From(new AmazonClientException("Failed to resolve AWS credentials."), Create);
        Assert.Equal((FailureKind.Transient, Reasons.CredentialsUnavailable), (failure.Kind, failure.Reason));
    }

    [Fact]
    public void A_bug_here_is_not_taken_for_a_fault_of_the_service()
    {
        Assert.False(AwsFailures.Knows(new InvalidOperationException()));
        Assert.False(AwsFailures.Knows(new ArgumentException()));
    }
}
