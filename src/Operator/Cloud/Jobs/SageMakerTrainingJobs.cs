using Amazon.Runtime;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Cloud.Jobs;

/// <summary>Training jobs on SageMaker.</summary>
internal sealed class SageMakerTrainingJobs(IAmazonSageMaker sageMaker, AwsCaller caller, TrainingProfile profile, TimeProvider clock) : ITrainingJobs
{
    /// <summary>The most that one page of a list can hold.</summary>
    private const int PageSize = 100;

    private readonly ListedJobs _listed = new(clock);

    /// <inheritdoc />
    public Task<bool> CreateAsync(TrainingJobRequest request, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("sagemaker:CreateTrainingJob", request.Name),
            async token =>
            {
                try
                {
                    await sageMaker.CreateTrainingJobAsync(TrainingJobRequests.ToCreate(request, profile), token);
                    return true;
                }
                catch (AmazonServiceException e) when (e.HasCode("ResourceInUse"))
                {
                    return false;
                }
            },
            cancellationToken);

    /// <inheritdoc />
    public Task<TrainingJob?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("sagemaker:DescribeTrainingJob", name),
            async token =>
            {
                try
                {
                    return TrainingJobAnswers.ToJob(
                        await sageMaker.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = name }, token));
                }
                catch (AmazonServiceException e) when (IsUnknownJob(e))
                {
                    return null;
                }
            },
            cancellationToken);

    /// <inheritdoc />
    public Task StopAsync(string name, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("sagemaker:StopTrainingJob", name),
            async token =>
            {
                try
                {
                    await sageMaker.StopTrainingJobAsync(new StopTrainingJobRequest { TrainingJobName = name }, token);
                    return true;
                }
                catch (AmazonServiceException e) when (e.HasCode("ValidationException", "ResourceNotFound"))
                {
                    // "The request was rejected because the training job is in status Completed", or unknown. The caller looks again.
                    return false;
                }
            },
            cancellationToken);

    /// <inheritdoc />
    public TrainingJob? Listed(string name) => _listed.Find(name);

    /// <inheritdoc />
    public async Task<IReadOnlyList<TrainingJob>> ListChangedAsync(DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var jobs = new List<TrainingJob>();
        var request = new ListTrainingJobsRequest { MaxResults = PageSize };
        if (since is { } moment)
        {
            request.LastModifiedTimeAfter = moment.UtcDateTime;
        }
        else
        {
            request.StatusEquals = TrainingJobStatus.InProgress;
        }

        do
        {
            var page = await caller.SendAsync(
                new AwsCall("sagemaker:ListTrainingJobs", since is null ? "jobs under way" : $"jobs changed since {since:O}"),
                token => sageMaker.ListTrainingJobsAsync(request, token),
                cancellationToken);
            jobs.AddRange((page.TrainingJobSummaries ?? []).Select(TrainingJobAnswers.ToJob));

            // A page may be empty and not the last.
            request.NextToken = page.NextToken;
        }
        while (!string.IsNullOrEmpty(request.NextToken));
        _listed.Learn(jobs, whole: since is null);
        return jobs;
    }

    /// <summary>The service answers for an unknown job with the same code as for a bad request; the text tells.</summary>
    private static bool IsUnknownJob(AmazonServiceException e) =>
        e.HasCode("ResourceNotFound")
        || (e.HasCode("ValidationException") && (Says(e, "not found") || Says(e, "could not find") || Says(e, "does not exist")));

    private static bool Says(AmazonServiceException e, string text) => e.Message.Contains(text, StringComparison.OrdinalIgnoreCase);
}
