using Amazon.EMRServerless;
using Amazon.EMRServerless.Model;
using Amazon.Runtime;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Cloud.Jobs;

/// <summary>Preparation jobs on EMR Serverless.</summary>
internal sealed class EmrPrepareJobs(IAmazonEMRServerless emr, AwsCaller caller, EmrProfile profile, TimeProvider clock) : IPrepareJobs
{
    /// <summary>The service refuses shorter ones.</summary>
    private const int ShortestTimeoutMinutes = 5;

    /// <summary>The most that one page of a list can hold.</summary>
    private const int PageSize = 50;

    /// <summary>How far back a job that already has our token is looked for; no job may run that long.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(14);

    /// <inheritdoc />
    public async Task<string> StartAsync(PrepareJobRequest request, CancellationToken cancellationToken)
    {
        var id = await caller.SendAsync(
            new AwsCall("emr-serverless:StartJobRun", request.Name),
            async token =>
            {
                try
                {
                    return (await emr.StartJobRunAsync(ToStart(request), token)).JobRunId;
                }
                catch (AmazonServiceException e) when (e.HasCode("ConflictException"))
                {
                    return null;
                }
            },
            cancellationToken);

        // A conflict is our token with other arguments, as after an upgrade, or an application that is changing.
        return id
            ?? (await FindAsync(request.Name, clock.GetUtcNow() - LongestLife, cancellationToken))?.JobRunId
            ?? throw OperatorException.Transient(
                Reasons.Conflict,
                $"emr-serverless:StartJobRun on '{request.Name}': ConflictException, and no job of that name is there. Application {profile.ApplicationId} may be starting or stopping.");
    }

    /// <inheritdoc />
    public Task<PrepareJob?> GetAsync(string jobRunId, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("emr-serverless:GetJobRun", jobRunId),
            async token =>
            {
                try
                {
                    var request = new GetJobRunRequest { ApplicationId = profile.ApplicationId, JobRunId = jobRunId };
                    var run = (await emr.GetJobRunAsync(request, token)).JobRun;
                    return ToJob(run.JobRunId ?? jobRunId, run.Name, run.State, run.StateDetails);
                }
                catch (AmazonServiceException e) when (e.HasCode("ResourceNotFoundException"))
                {
                    return null;
                }
            },
            cancellationToken);

    /// <inheritdoc />
    public async Task<PrepareJob?> FindAsync(string name, DateTimeOffset createdAfter, CancellationToken cancellationToken)
    {
        var request = new ListJobRunsRequest
        {
            ApplicationId = profile.ApplicationId,
            CreatedAtAfter = createdAfter.UtcDateTime,
            MaxResults = PageSize,
        };
        do
        {
            var page = await caller.SendAsync(
                new AwsCall("emr-serverless:ListJobRuns", profile.ApplicationId), token => emr.ListJobRunsAsync(request, token), cancellationToken);
            if (page.JobRuns?.FirstOrDefault(r => r.Name == name) is { } run)
            {
                return ToJob(run.Id, run.Name, run.State, run.StateDetails);
            }

            request.NextToken = page.NextToken;
        }
        while (!string.IsNullOrEmpty(request.NextToken));
        return null;
    }

    /// <inheritdoc />
    public Task CancelAsync(string jobRunId, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("emr-serverless:CancelJobRun", jobRunId),
            async token =>
            {
                try
                {
                    await emr.CancelJobRunAsync(new CancelJobRunRequest { ApplicationId = profile.ApplicationId, JobRunId = jobRunId }, token);
                    return true;
                }
                catch (AmazonServiceException e) when (e.HasCode("ResourceNotFoundException", "ValidationException"))
                {
                    // Unknown, or in a state that cannot be cancelled because it is an end. The caller looks again.
                    return false;
                }
            },
            cancellationToken);

    private StartJobRunRequest ToStart(PrepareJobRequest request) => new()
    {
        ApplicationId = profile.ApplicationId,
        ClientToken = request.ClientToken,
        ExecutionRoleArn = profile.ExecutionRoleArn,
        Name = request.Name,
        Mode = JobRunMode.BATCH,
        ExecutionTimeoutMinutes = Math.Max(ShortestTimeoutMinutes, (long)Math.Ceiling(request.Timeout.TotalMinutes)),
        JobDriver = new JobDriver
        {
            SparkSubmit = new SparkSubmit
            {
                EntryPoint = profile.EntryPoint,
                EntryPointArguments = ["--job", request.JobDocument.ToString()],
                SparkSubmitParameters = SparkSubmitParameters(),
            },
        },
        ConfigurationOverrides = profile.LogUri is null ? null : new ConfigurationOverrides
        {
            MonitoringConfiguration = new MonitoringConfiguration
            {
                S3MonitoringConfiguration = new S3MonitoringConfiguration { LogUri = profile.LogUri },
            },
        },
        Tags = request.Tags.ToDictionary(),
    };

    private string? SparkSubmitParameters()
    {
        var parameters = new List<string>();
        if (profile.PyFiles.Count > 0)
        {
            parameters.Add($"--py-files {string.Join(',', profile.PyFiles)}");
        }

        if (!string.IsNullOrWhiteSpace(profile.SparkSubmitParameters))
        {
            parameters.Add(profile.SparkSubmitParameters.Trim());
        }

        return parameters.Count > 0 ? string.Join(' ', parameters) : null;
    }

    private static PrepareJob ToJob(string id, string? name, JobRunState? state, string? details)
    {
        var text = string.IsNullOrEmpty(details) ? null : details;
        var known = JobStateMap.OfEmr(state?.Value, text);
        return new PrepareJob(id, name ?? "", known, state?.Value ?? "", text, known == JobState.Failed && JobStateMap.EmrFailureIsOurs(text));
    }
}
