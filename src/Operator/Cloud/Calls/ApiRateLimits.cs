using System.Collections.Concurrent;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Cloud.Calls;

/// <summary>
/// One bucket for each API of an account and Region, shared by every run and profile there. The operator takes half of
/// what AWS publishes, because it is not alone in the account (reference aws-api.md, section 10).
/// </summary>
internal sealed class ApiRateLimits(TimeProvider clock)
{
    private const double Share = 0.5;

    /// <summary>Published rates a second and bursts, by IAM action. SageMaker publishes none for describe and stop; five a
    /// second for both together is what the reference plans with.</summary>
    private static readonly Dictionary<string, (string Bucket, double Rate, double Burst)> Published = new(StringComparer.Ordinal)
    {
        ["emr-serverless:StartJobRun"] = ("emr-serverless:StartJobRun", 1, 25),
        ["emr-serverless:CancelJobRun"] = ("emr-serverless:CancelJobRun", 1, 25),
        ["emr-serverless:ListJobRuns"] = ("emr-serverless:ListJobRuns", 1, 25),
        ["emr-serverless:GetJobRun"] = ("emr-serverless:GetJobRun", 10, 50),
        ["sagemaker:CreateTrainingJob"] = ("sagemaker:CreateTrainingJob", 1, 2),
        ["sagemaker:ListTrainingJobs"] = ("sagemaker:ListTrainingJobs", 2, 4),
        ["sagemaker:DescribeTrainingJob"] = ("sagemaker:DescribeAndStop", 5, 10),
        ["sagemaker:StopTrainingJob"] = ("sagemaker:DescribeAndStop", 5, 10),
    };

    private readonly ConcurrentDictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>The bucket of an API; null for one whose limits are far away (S3, Secrets Manager).</summary>
    public TokenBucket? For(AwsProfile profile, string action) =>
        Published.TryGetValue(action, out var limit)
            ? _buckets.GetOrAdd(
                $"{AccountOf(profile)}/{profile.Region}/{limit.Bucket}",
                _ => new TokenBucket(limit.Rate * Share, Math.Max(1, limit.Burst * Share), clock))
            : null;

    /// <summary>The account of the assumed role; without one, the operator's own, whichever that is.</summary>
    private static string AccountOf(AwsProfile profile) =>
        profile.AssumeRoleArn?.Split(':') is [_, _, _, _, { Length: > 0 } account, ..] ? account : "own";
}
