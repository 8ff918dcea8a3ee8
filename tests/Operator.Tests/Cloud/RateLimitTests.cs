using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Tests.Catalog;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Cloud;

public sealed class RateLimitTests
{
    private static readonly AwsProfile Own = new("eu-central-1", null);
    private readonly FakeTimeProvider _clock = new();

    private static async Task<bool> PassesAsync(TokenBucket bucket) => await bucket.TakeAsync(TimeSpan.Zero, CancellationToken.None) is null;

    [Fact]
    public async Task A_bucket_lets_its_burst_pass_and_then_its_rate()
    {
        var bucket = new TokenBucket(2, 3, _clock);
        Assert.True(await PassesAsync(bucket) && await PassesAsync(bucket) && await PassesAsync(bucket));
        Assert.False(await PassesAsync(bucket));
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.True(await PassesAsync(bucket));
        Assert.False(await PassesAsync(bucket));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await PassesAsync(bucket) && await PassesAsync(bucket) && await PassesAsync(bucket));
        Assert.False(await PassesAsync(bucket));
    }

    [Fact]
    public async Task Callers_go_one_after_the_other()
    {
        var bucket = new TokenBucket(1, 1, _clock);
        var waiting = Enumerable.Range(0, 4).Select(_ => bucket.TakeAsync(TimeSpan.FromMinutes(1), CancellationToken.None).AsTask()).ToList();
        for (var passed = 1; passed <= 4; passed++)
        {
            Assert.Equal(passed, waiting.Count(w => w.IsCompleted));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_not_begun_and_takes_no_place()
    {
        var bucket = new TokenBucket(0.1, 1, _clock);
        Assert.True(await PassesAsync(bucket));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(TimeSpan.FromSeconds(10), await bucket.TakeAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_caller_that_gives_up_gives_its_place_back()
    {
        var bucket = new TokenBucket(1, 1, _clock);
        Assert.True(await PassesAsync(bucket));
        using var impatient = new CancellationTokenSource();
        var wait = bucket.TakeAsync(TimeSpan.FromSeconds(5), impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await PassesAsync(bucket));
    }

    [Fact]
    public void One_account_and_region_has_one_bucket_an_api_whichever_role_is_used_there()
    {
        var limits = new ApiRateLimits(_clock);
        var one = new AwsProfile("eu-central-1", "arn:aws:iam::111111111111:role/a");
        var same = limits.For(one, "sagemaker:CreateTrainingJob");
        Assert.Same(same, limits.For(one with { AssumeRoleArn = "arn:aws:iam::111111111111:role/b" }, "sagemaker:CreateTrainingJob"));
        Assert.NotSame(same, limits.For(one with { Region = "us-east-1" }, "sagemaker:CreateTrainingJob"));
        Assert.NotSame(same, limits.For(one with { AssumeRoleArn = "arn:aws:iam::222222222222:role/a" }, "sagemaker:CreateTrainingJob"));
        Assert.NotSame(same, limits.For(Own, "sagemaker:CreateTrainingJob"));
        Assert.NotSame(same, limits.For(one, "sagemaker:ListTrainingJobs"));
        Assert.Same(limits.For(Own, "sagemaker:DescribeTrainingJob"), limits.For(Own, "sagemaker:StopTrainingJob"));
        Assert.Null(limits.For(Own, "s3:GetObject"));
    }

    [Theory]
    [InlineData("sagemaker:CreateTrainingJob", 0.5)]
    [InlineData("sagemaker:ListTrainingJobs", 1)]
    [InlineData("emr-serverless:StartJobRun", 0.5)]
    [InlineData("emr-serverless:GetJobRun", 5)]
    public async Task In_the_long_run_half_of_what_aws_publishes_is_used(string action, double ratePerSecond)
    {
        var bucket = new ApiRateLimits(_clock).For(Own, action)!;
        while (await PassesAsync(bucket))
        {
            // Use up the burst.
        }

        var passed = 0;
        for (var tick = 0; tick < 1000; tick++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            passed += await PassesAsync(bucket) ? 1 : 0;
        }

        Assert.InRange(passed, (100 * ratePerSecond) - 1, (100 * ratePerSecond) + 1);
    }

    [Fact]
    public async Task A_queue_that_is_too_long_is_a_wait_of_the_run_and_sends_nothing()
    {
        var caller = new AwsCaller(Own, new ApiRateLimits(_clock));
        var sent = 0;
        Task<int> SendAsync() => caller.SendAsync(new AwsCall("sagemaker:CreateTrainingJob", "job"), _ => Task.FromResult(++sent), CancellationToken.None);
        await SendAsync();
        var queued = Enumerable.Range(0, 2).Select(_ => SendAsync()).ToList();
        var failure = await Failing.WithAsync(FailureKind.Waiting, Reasons.Throttled, SendAsync);
        Assert.Equal(TimeSpan.FromSeconds(6), failure.RetryAfter);
        Assert.Equal(1, sent);
        _clock.Advance(TimeSpan.FromSeconds(4));
        await Task.WhenAll(queued);
        Assert.Equal(3, sent);
    }

    [Theory]
    [InlineData("sagemaker:DescribeTrainingJob", FailureKind.Queued)]
    [InlineData("emr-serverless:GetJobRun", FailureKind.Queued)]
    [InlineData("sagemaker:ListTrainingJobs", FailureKind.Queued)]
    [InlineData("sagemaker:StopTrainingJob", FailureKind.Waiting)]
    public async Task Only_what_changes_something_makes_a_wait_that_the_run_tells_of(string action, FailureKind kind)
    {
        var limits = new ApiRateLimits(_clock);
        var caller = new AwsCaller(Own, limits);
        limits.For(Own, action)!.Empty();
        _ = Enumerable.Range(0, 200).Select(_ => SendAsync()).ToList();
        await Failing.WithAsync(kind, Reasons.Throttled, SendAsync);

        Task<int> SendAsync() => caller.SendAsync(new AwsCall(action, "job"), _ => Task.FromResult(1), CancellationToken.None);
    }

    [Fact]
    public async Task A_throttle_of_the_service_empties_the_bucket()
    {
        var caller = new AwsCaller(Own, new ApiRateLimits(_clock));
        Task<int> SendAsync(bool throttled) => caller.SendAsync(
            new AwsCall("emr-serverless:StartJobRun", "job"),
            _ => throttled
                ? throw new Amazon.Runtime.AmazonServiceException("slow", Amazon.Runtime.ErrorType.Sender, "ThrottlingException", "r", System.Net.HttpStatusCode.BadRequest)
                : Task.FromResult(1),
            CancellationToken.None);
        await SendAsync(false);
        await Failing.WithAsync(FailureKind.Waiting, Reasons.Throttled, () => SendAsync(true));
        var next = SendAsync(false);
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await next);
    }
}
