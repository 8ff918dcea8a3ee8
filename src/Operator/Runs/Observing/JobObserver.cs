using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Observing;

/// <summary>
/// Looks at the jobs of each profile once an interval and wakes the runs whose job moved. SageMaker is asked for what
/// changed, one list whatever the number of runs; EMR Serverless, whose list is the scarcer call, by Get for each job.
/// A run that is woken reads its job itself, so a terminal state is always confirmed.
/// </summary>
public sealed class JobObserver(
    ProfileSet profiles, IRunServicesFactory services, JobWatchList watched, RunWaker waker, Fence fence, TimeProvider clock, ILogger<JobObserver> logger)
    : BackgroundService
{
    /// <summary>
    /// How far each list looks back past the one before it: clocks differ, and the SDK rounds the time that it sends to
    /// whole seconds. A job that is listed twice in the same state wakes nobody.
    /// </summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>How often everything under way is listed, for what a list of changes may have missed: it may lag.</summary>
    private static readonly TimeSpan WholeInterval = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(profiles.All.Select(p => ObserveAsync(p, stoppingToken)));

    private async Task ObserveAsync(Profile profile, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(profile.JobPollInterval, clock);

        // What was changed before is not known in the beginning, nor when there was a while in which nothing was listed.
        DateTimeOffset? since = null;
        var whole = clock.GetUtcNow();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (!fence.IsOpen)
            {
                // Only the leader looks. What it does not know of, its runs read when a term begins.
                continue;
            }

            var started = clock.GetUtcNow();
            try
            {
                since = started - whole > WholeInterval ? null : since;
                whole = since is null ? started : whole;
                since = await LookAsync(profile, since - Overlap, cancellationToken) ? started : null;
            }
            catch (OperatorException e) when (e.Kind is FailureKind.Fenced)
            {
                // The term ended while it looked.
            }
            catch (OperatorException e)
            {
                // The runs have wake-ups of their own, so a list that fails only makes them later.
                ObserverLog.Failed(logger, profile.Name, e.Reason, e.Message);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // What escapes a background service stops the process.
                ObserverLog.Broke(logger, e, profile.Name);
            }
        }
    }

    /// <summary>One look.</summary>
    /// <returns>Whether training jobs were listed.</returns>
    internal async Task<bool> LookAsync(Profile profile, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var jobs = watched.Of(profile.Name);
        var outside = services.For(profile);
        var listed = jobs.Any(j => j.TrainingJobName is not null);
        if (listed)
        {
            // A job that moves while the pages are read is on two of them. One that is not under way has ended.
            var seen = (await outside.TrainingJobs.ListChangedAsync(since, cancellationToken)).ToLookup(j => j.Name, j => $"{j.RawState}/{j.SecondaryState}");
            foreach (var job in jobs.Where(j => j.TrainingJobName is { } name && (seen[name].Any(state => state != j.LastSeen) || (since is null && !seen.Contains(name)))))
            {
                await waker.WakeAsync(job.Run, cancellationToken);
            }
        }

        foreach (var job in jobs.Where(j => j.PrepareJobRunId is not null))
        {
            var seen = await outside.PrepareJobs.GetAsync(job.PrepareJobRunId!, cancellationToken);
            if (seen?.RawState != job.LastSeen)
            {
                await waker.WakeAsync(job.Run, cancellationToken);
            }
        }

        return listed;
    }
}

/// <summary>Log lines of the observer.</summary>
internal static partial class ObserverLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Warning, Message = "Jobs of profile {Profile} could not be looked at ({Reason}): {Text}")]
    public static partial void Failed(ILogger logger, string profile, string reason, string text);

    [LoggerMessage(EventId = 201, Level = LogLevel.Error, Message = "Looking at the jobs of profile {Profile} broke; it goes on at the next interval")]
    public static partial void Broke(ILogger logger, Exception error, string profile);
}
