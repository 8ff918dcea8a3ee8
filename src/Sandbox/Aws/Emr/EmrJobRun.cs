using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.Emr;

/// <summary>The states of a job run (the model's JobRunState).</summary>
internal static class RunState
{
    public const string Submitted = "SUBMITTED";
    public const string Pending = "PENDING";
    public const string Scheduled = "SCHEDULED";
    public const string Running = "RUNNING";
    public const string Success = "SUCCESS";
    public const string Failed = "FAILED";
    public const string Cancelling = "CANCELLING";
    public const string Cancelled = "CANCELLED";
    public const string Queued = "QUEUED";

    public static readonly string[] All = [Submitted, Pending, Scheduled, Running, Success, Failed, Cancelling, Cancelled, Queued];

    public static bool IsTerminal(string state) => state is Success or Failed or Cancelled;
}

/// <summary>How a job run is carried out: by a script or by a process.</summary>
internal interface IEmrDriver
{
    /// <summary>Begins an attempt. Called while the run's agenda is held.</summary>
    void Begin(EmrJobRun run, DateTimeOffset at);

    /// <summary>Ends the attempt under way. Called while the run's agenda is held, after the run went to CANCELLING.</summary>
    void Cancel(EmrJobRun run, DateTimeOffset at, TimeSpan grace);
}

/// <summary>One job run: its request and where it stands.</summary>
internal sealed class EmrJobRun(string id, EmrApplication application, JsonObject request, string createdBy, Role? role, DateTimeOffset created, IEmrDriver driver, Agenda agenda)
{
    private const int DefaultTimeoutMinutes = 720;

    private readonly DateTimeOffset _created = created;
    private DateTimeOffset _updated = created;
    private DateTimeOffset _attemptCreated = created;
    private DateTimeOffset? _queued;
    private TimeSpan _queuedFor;
    private DateTimeOffset? _started;
    private DateTimeOffset? _ended;
    private string _details = "";
    private string _cancelledBecause = "";

    public string Id => id;

    public string Arn => $"{application.Arn}/jobruns/{id}";

    public EmrApplication Application => application;

    public JsonObject Request => request;

    public string Name => request.Text("name") ?? "";

    /// <summary>The execution role; null when the account has none of that ARN.</summary>
    public Role? Role => role;

    public Agenda Agenda => agenda;

    public int Attempt { get; private set; } = 1;

    public DateTimeOffset Created => _created;

    public JsonObject Tags { get; } = request.Object("tags")?.DeepClone().AsObject() ?? [];

    public JsonObject SparkSubmit => request.Object("jobDriver")!.Object("sparkSubmit")!;

    public IReadOnlyList<string> Arguments => SparkSubmit.Texts("entryPointArguments");

    /// <summary>The state at this moment.</summary>
    public string State
    {
        get
        {
            agenda.CatchUp();
            lock (agenda.Gate)
            {
                return CurrentState;
            }
        }
    }

    /// <summary>The state as it was last set; for drivers, which hold the agenda.</summary>
    public string CurrentState { get; private set; } = RunState.Submitted;

    private long TimeoutMinutes => request.Number("executionTimeoutMinutes") ?? DefaultTimeoutMinutes;

    public void Begin()
    {
        lock (agenda.Gate)
        {
            BeginAttempt(_created);
        }
    }

    /// <summary>Goes on to a state before the end.</summary>
    public void Enter(string state, DateTimeOffset at)
    {
        lock (agenda.Gate)
        {
            _queuedFor += _queued is { } since ? at - since : TimeSpan.Zero;
            _queued = state == RunState.Queued ? at : null;
            CurrentState = state;
            _updated = at;
            _details = "";
            if (state == RunState.Running)
            {
                _started ??= at;
            }
        }
    }

    /// <summary>Ends the attempt; a failed one is followed by another when the retry policy has one left.</summary>
    public void End(string state, string details, DateTimeOffset at)
    {
        lock (agenda.Gate)
        {
            agenda.Clear();
            if (state == RunState.Failed && Attempt < (request.Object("retryPolicy")?.Number("maxAttempts") ?? 1))
            {
                Attempt++;
                _attemptCreated = at;
                BeginAttempt(at);
                return;
            }

            CurrentState = state;
            _details = state == RunState.Cancelled && details.Length == 0 ? _cancelledBecause : details.Length > 256 ? details[..256] : details;
            _updated = at;
            _ended = at;
            agenda.Dispose();
        }
    }

    /// <summary>Asks the run to end.</summary>
    /// <exception cref="AwsException">It has ended already.</exception>
    public void Cancel(DateTimeOffset at, TimeSpan grace)
    {
        agenda.CatchUp();
        lock (agenda.Gate)
        {
            if (RunState.IsTerminal(CurrentState))
            {
                throw AwsException.Validation($"Job run {id} is not in a cancellable state. Current state: {CurrentState}.");
            }

            if (CurrentState != RunState.Cancelling)
            {
                Cancelling("Job run was cancelled by the user.", at, grace);
            }
        }
    }

    public JsonObject Summary() => Common("id").With("type", application.Request.Text("type"));

    public JsonObject Detail()
    {
        agenda.CatchUp();
        lock (agenda.Gate)
        {
            var detail = Common("jobRunId").CopyFrom(request, "jobDriver", "configurationOverrides", "retryPolicy");
            detail["mode"] ??= "BATCH";
            detail["retryPolicy"] ??= new JsonObject { ["maxAttempts"] = 1 };
            detail["executionTimeoutMinutes"] = TimeoutMinutes;
            detail["queuedDurationMilliseconds"] = (long)_queuedFor.TotalMilliseconds;
            detail.With("tags", Tags.Count == 0 ? null : Tags.DeepClone())
                .With("networkConfiguration", application.Network?.DeepClone())
                .With("startedAt", _started is { } started ? AwsResponses.EpochSeconds(started) : null)
                .With("endedAt", _ended is { } ended ? AwsResponses.EpochSeconds(ended) : null);
            if (_ended is { } end)
            {
                var duration = _started is { } begin ? end - begin : TimeSpan.Zero;
                detail["totalExecutionDurationSeconds"] = (long)duration.TotalSeconds;
                detail["totalResourceUtilization"] = Utilization(duration);
                // Billed by the second with a minimum of one minute.
                detail["billedResourceUtilization"] = Utilization(TimeSpan.FromMinutes(Math.Max(1, duration.TotalMinutes)));
            }

            return detail;
        }
    }

    private void BeginAttempt(DateTimeOffset at)
    {
        Enter(RunState.Submitted, at);
        if (TimeoutMinutes > 0)
        {
            agenda.At(at + TimeSpan.FromMinutes(TimeoutMinutes), due =>
                Cancelling($"Job run exceeded its execution timeout of {TimeoutMinutes} minutes.", due, TimeSpan.Zero));
        }

        driver.Begin(this, at);
    }

    private void Cancelling(string because, DateTimeOffset at, TimeSpan grace)
    {
        agenda.Clear();
        _cancelledBecause = because;
        Enter(RunState.Cancelling, at);
        driver.Cancel(this, at, grace);
    }

    private JsonObject Common(string idName)
    {
        agenda.CatchUp();
        lock (agenda.Gate)
        {
            return new JsonObject
            {
                ["applicationId"] = application.Id,
                [idName] = id,
                ["arn"] = Arn,
                ["createdBy"] = createdBy,
                ["createdAt"] = AwsResponses.EpochSeconds(_created),
                ["updatedAt"] = AwsResponses.EpochSeconds(_updated),
                ["executionRole"] = request.Text("executionRoleArn"),
                ["state"] = CurrentState,
                ["stateDetails"] = _details.Length > 0 ? _details : $"The job run is {CurrentState}.",
                ["releaseLabel"] = application.ReleaseLabel,
                ["attempt"] = Attempt,
                ["attemptCreatedAt"] = AwsResponses.EpochSeconds(_attemptCreated),
                ["attemptUpdatedAt"] = AwsResponses.EpochSeconds(_updated),
            }.CopyFrom(request, "name", "mode");
        }
    }

    // The service's default sizing: one driver and three executors of 4 vCPU, 16 GB and 20 GB each.
    private static JsonObject Utilization(TimeSpan duration) => new()
    {
        ["vCPUHour"] = Math.Round(16 * duration.TotalHours, 3),
        ["memoryGBHour"] = Math.Round(64 * duration.TotalHours, 3),
        ["storageGBHour"] = Math.Round(80 * duration.TotalHours, 3),
    };
}
