using System.Globalization;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>
/// EMR Serverless at its least helpful: it forgets a client token after ten minutes, and a list shows a job only half a
/// minute after it was started. Neither is documented, so the operator must bear both.
/// </summary>
internal sealed class FakePrepareJobs(FakeCloud cloud) : IPrepareJobs
{
    private static readonly TimeSpan TokenMemory = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ListingLag = TimeSpan.FromSeconds(30);

    public Task<string> StartAsync(PrepareJobRequest request, CancellationToken cancellationToken) =>
        cloud.GovernedAsync("emr:StartJobRun", s =>
        {
            var now = cloud.Clock.GetUtcNow();
            if (s.PrepareJobs.FirstOrDefault(j => j.Request.ClientToken == request.ClientToken && now - j.CreatedAt < TokenMemory) is { } known)
            {
                return (s, known.Id);
            }

            var job = new EmrJob("jr-" + (s.PrepareJobs.Count + 1).ToString(CultureInfo.InvariantCulture), request, now, JobState.Pending);
            return (s with { PrepareJobs = s.PrepareJobs.Add(job) }, job.Id);
        });

    public Task<PrepareJob?> GetAsync(string jobRunId, CancellationToken cancellationToken) =>
        cloud.ReadAsync("emr:GetJobRun", s => Told(s.PrepareJobs.FirstOrDefault(j => j.Id == jobRunId)));

    public Task<PrepareJob?> FindAsync(string name, DateTimeOffset createdAfter, CancellationToken cancellationToken) =>
        cloud.ReadAsync("emr:ListJobRuns", s => Told(s.PrepareJobs.FirstOrDefault(j =>
            j.Request.Name == name && j.CreatedAt >= createdAfter && cloud.Clock.GetUtcNow() - j.CreatedAt >= ListingLag)));

    public Task CancelAsync(string jobRunId, CancellationToken cancellationToken) => cloud.EffectAsync("emr:CancelJobRun", s =>
        s.PrepareJobs.FirstOrDefault(j => j.Id == jobRunId && !j.State.IsTerminal()) is { } job ? (s.With(job with { State = JobState.Stopping }), true) : (s, false));

    private static PrepareJob? Told(EmrJob? job) => job is null
        ? null
        : new PrepareJob(job.Id, job.Request.Name, job.State, Words.Emr(job.State), job.Details, job.Ours);
}

internal sealed class FakeTrainingJobs(FakeCloud cloud) : ITrainingJobs
{
    public Task<bool> CreateAsync(TrainingJobRequest request, CancellationToken cancellationToken) =>
        cloud.GovernedAsync("sagemaker:CreateTrainingJob", s => s.TrainingJobs.Any(j => j.Request.Name == request.Name)
            ? (s, false)
            : (s with { TrainingJobs = s.TrainingJobs.Add(new SageMakerJob(request, cloud.Clock.GetUtcNow(), JobState.Pending, OwnerRunUid: request.RunUid)) }, true));

    public Task<TrainingJob?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        cloud.ReadAsync("sagemaker:DescribeTrainingJob", s => s.TrainingJobs.FirstOrDefault(j => j.Request.Name == name) is { } job ? Told(job) : null);

    public Task StopAsync(string name, CancellationToken cancellationToken) => cloud.EffectAsync("sagemaker:StopTrainingJob", s =>
        s.TrainingJobs.FirstOrDefault(j => j.Request.Name == name && !j.State.IsTerminal()) is { } job ? (s.With(job with { State = JobState.Stopping }), true) : (s, false));

    public Task<IReadOnlyList<TrainingJob>> ListChangedAsync(DateTimeOffset? since, CancellationToken cancellationToken) =>
        cloud.ReadAsync<IReadOnlyList<TrainingJob>>("sagemaker:ListTrainingJobs", s =>
            [.. s.TrainingJobs.Where(j => since is not null || !j.State.IsTerminal()).Select(j => Told(j) with { OwnerRunUid = null })]);

    public TrainingJob? Listed(string name) => cloud.Listed(name);

    private static TrainingJob Told(SageMakerJob job)
    {
        var (primary, secondary) = Words.SageMaker(job.State);
        return new TrainingJob(
            job.Request.Name,
            $"arn:aws:sagemaker:us-east-1:123456789012:training-job/{job.Request.Name}",
            job.State,
            primary,
            secondary,
            job.Reason,
            job.Ours,
            job.OwnerRunUid,
            JobWork.ArtifactUri(job.Request),
            job.State.IsTerminal() ? 120 : null,
            new Dictionary<string, double>(),
            job.State is JobState.Pending ? null : job.CreatedAt,
            job.State.IsTerminal() ? job.CreatedAt.AddMinutes(5) : null);
    }
}

/// <summary>The services' own words for the states.</summary>
internal static class Words
{
    public static string Emr(JobState state) => state switch
    {
        JobState.Pending => "SUBMITTED",
        JobState.Running => "RUNNING",
        JobState.Stopping => "CANCELLING",
        JobState.Succeeded => "SUCCESS",
        JobState.Stopped => "CANCELLED",
        JobState.Failed or JobState.TimedOut => "FAILED",
        _ => "HIBERNATING",
    };

    public static (string Primary, string Secondary) SageMaker(JobState state) => state switch
    {
        JobState.Pending => ("InProgress", "Starting"),
        JobState.Running => ("InProgress", "Training"),
        JobState.Stopping => ("Stopping", "Stopping"),
        JobState.Succeeded => ("Completed", "Completed"),
        JobState.Stopped => ("Stopped", "Stopped"),
        JobState.TimedOut => ("Stopped", "MaxRuntimeExceeded"),
        JobState.Failed => ("Failed", "Failed"),
        _ => ("Hibernating", "Hibernating"),
    };
}
