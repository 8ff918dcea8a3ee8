using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Iam;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>What a caller may do in S3.</summary>
internal static class S3Access
{
    public static string Arn(string bucket) => $"arn:aws:s3:::{bucket}";

    public static string Arn(string bucket, string key) => $"arn:aws:s3:::{bucket}/{key}";

    /// <summary>
    /// Lets a listing go on. Policies here have no conditions, so a grant that AWS would narrow with <c>s3:prefix</c> is
    /// written as <c>s3:ListBucket</c> on <c>arn:aws:s3:::bucket/prefix*</c>; one on the bucket itself allows every prefix.
    /// </summary>
    /// <exception cref="AwsException">The caller may not list that prefix.</exception>
    public static void AuthorizeList(AwsRequest request, string bucket, string prefix)
    {
        if (!MayList(request, bucket, prefix))
        {
            throw AccessDenied.For(request.Service, request.Caller, "s3:ListBucket", Arn(bucket));
        }
    }

    /// <summary>
    /// The answer for a key that is not there: only who may list learns so, all others are denied
    /// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, Permissions).
    /// </summary>
    public static AwsException NoSuchKey(AwsRequest request, string bucket, string key) => MayList(request, bucket, key)
        ? new AwsException(404, "NoSuchKey", "The specified key does not exist.") { Details = [("Key", key)] }
        : AccessDenied.For(request.Service, request.Caller, "s3:ListBucket", Arn(bucket));

    private static bool MayList(AwsRequest request, string bucket, string prefix)
    {
        const string Action = "s3:ListBucket";
        var policy = request.Caller.Policy;
        return (policy.Allows(Action, Arn(bucket)) || policy.Allows(Action, Arn(bucket, prefix)))
            && !policy.Denies(Action, Arn(bucket))
            && !policy.Denies(Action, Arn(bucket, prefix));
    }
}
