using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>How a training job is carried out: by a script or by a process.</summary>
internal interface ITrainingDriver
{
    /// <summary>Begins the job. Called while the job's agenda is held.</summary>
    void Begin(TrainingJob job, DateTimeOffset at);

    /// <summary>Ends it early. Called while the job's agenda is held, after the job went to Stopping.</summary>
    void Stop(TrainingJob job, DateTimeOffset at);
}

/// <summary>One training job: its request, and where it stands.</summary>
internal sealed class TrainingJob(string arn, JsonObject request, Role role, DateTimeOffset created, ITrainingDriver driver, Agenda agenda)
{
    private const int DefaultMaxRuntime = 86400;

    private readonly List<(string Status, DateTimeOffset Start, DateTimeOffset? End)> _transitions = [];
    private StopReason _stopReason;
    private DateTimeOffset? _trainingStart;
    private DateTimeOffset? _trainingEnd;
    private string? _failureReason;

    public string Name => request.Text("TrainingJobName")!;

    public string Arn => arn;

    public JsonObject Request => request;

    public Role Role => role;

    public Agenda Agenda => agenda;

    public DateTimeOffset Created { get; } = created;

    public FinalMetrics Metrics { get; } = FinalMetrics.From(request.Object("AlgorithmSpecification"));

    public TagList Tags { get; } = TagList.From(request[nameof(Tags)] as JsonArray);

    /// <summary>The primary status as it was last set; call <see cref="Agenda.CatchUp"/> first.</summary>
    public string Primary { get; private set; } = TrainingStatus.InProgress;

    public string Secondary { get; private set; } = TrainingStatus.Starting;

    public DateTimeOffset LastModified { get; private set; } = created;

    /// <summary>Where the job's output goes: <c>{S3OutputPath}/{name}/output</c>.</summary>
    public S3Location Output => S3Location.Parse(request.Object("OutputDataConfig")!.Text("S3OutputPath")!.TrimEnd('/')).Below($"{Name}/output");

    public bool IsPacked => request.Object("OutputDataConfig")!.Text("CompressionType") != "NONE";

    private string ModelUri => Output.Below(IsPacked ? "model.tar.gz" : "model/").ToString();

    public void Begin()
    {
        lock (agenda.Gate)
        {
            Enter(TrainingStatus.Starting, Created);
            if (request.Object("StoppingCondition")?.Number("MaxWaitTimeInSeconds") is { } wait)
            {
                agenda.At(Created.AddSeconds(wait), due => BeginStop(StopReason.MaxWait, due));
            }

            driver.Begin(this, Created);
        }
    }

    /// <summary>Goes on to a secondary status before the end.</summary>
    public void Enter(string secondary, DateTimeOffset at)
    {
        lock (agenda.Gate)
        {
            if (secondary == TrainingStatus.Downloading && _trainingStart is null)
            {
                _trainingStart = at;
                var limit = request.Object("StoppingCondition")?.Number("MaxRuntimeInSeconds") ?? DefaultMaxRuntime;
                agenda.At(at.AddSeconds(limit), due => BeginStop(StopReason.MaxRuntime, due));
            }

            Note(secondary, at);
            if (secondary == TrainingStatus.Stopping)
            {
                Primary = TrainingStatus.Stopping;
            }
        }
    }

    /// <summary>Ends the job as done or failed, or as stopped when it was stopping.</summary>
    public void End(string? failureReason, DateTimeOffset at)
    {
        lock (agenda.Gate)
        {
            (Primary, var secondary) = Primary == TrainingStatus.Stopping
                ? (TrainingStatus.Stopped, _stopReason switch
                {
                    StopReason.MaxRuntime => TrainingStatus.MaxRuntimeExceeded,
                    StopReason.MaxWait => TrainingStatus.MaxWaitTimeExceeded,
                    _ => TrainingStatus.Stopped,
                })
                : failureReason is null ? (TrainingStatus.Completed, TrainingStatus.Completed)
                : (TrainingStatus.Failed, TrainingStatus.Failed);
            _failureReason = Primary == TrainingStatus.Failed ? failureReason![..Math.Min(failureReason!.Length, 1024)] : null;
            _trainingEnd = at;
            Note(secondary, at);
            CloseLast(at);
            agenda.Dispose();
        }
    }

    /// <summary>Asks the job to stop.</summary>
    /// <exception cref="AwsException">It has ended, or is stopping already.</exception>
    public void Stop(DateTimeOffset at)
    {
        agenda.CatchUp();
        lock (agenda.Gate)
        {
            if (Primary != TrainingStatus.InProgress)
            {
                throw AwsException.Validation($"The request was rejected because the training job is in status {Primary}.");
            }

            BeginStop(StopReason.Asked, at);
        }
    }

    public JsonObject Summary()
    {
        lock (agenda.Gate)
        {
            return new JsonObject
            {
                ["TrainingJobName"] = Name,
                ["TrainingJobArn"] = arn,
                ["CreationTime"] = AwsResponses.EpochSeconds(Created),
                ["LastModifiedTime"] = AwsResponses.EpochSeconds(LastModified),
                ["TrainingJobStatus"] = Primary,
                ["SecondaryStatus"] = Secondary,
            }.With("TrainingEndTime", _trainingEnd is { } end ? AwsResponses.EpochSeconds(end) : null);
        }
    }

    public JsonObject Detail()
    {
        agenda.CatchUp();
        lock (agenda.Gate)
        {
            var detail = Summary().CopyFrom(request,
                "HyperParameters", "AlgorithmSpecification", "RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig", "VpcConfig",
                "StoppingCondition", "CheckpointConfig", "Environment", "RetryStrategy", "EnableNetworkIsolation",
                "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining");
            detail["ModelArtifacts"] = new JsonObject { ["S3ModelArtifacts"] = ModelUri };
            foreach (var flag in (ReadOnlySpan<string>)["EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"])
            {
                detail[flag] ??= false;
            }

            detail["SecondaryStatusTransitions"] = new JsonArray([.. _transitions.Select(t => new JsonObject
            {
                ["Status"] = t.Status,
                ["StartTime"] = AwsResponses.EpochSeconds(t.Start),
                ["StatusMessage"] = TrainingStatus.MessageOf(t.Status),
            }.With("EndTime", t.End is { } end ? AwsResponses.EpochSeconds(end) : null))]);
            detail.With("FailureReason", _failureReason)
                .With("TrainingStartTime", _trainingStart is { } start ? AwsResponses.EpochSeconds(start) : null)
                .With("FinalMetricDataList", Metrics.Write());
            if (_trainingStart is { } began && _trainingEnd is { } ended)
            {
                detail["TrainingTimeInSeconds"] = Seconds(ended - began);
                detail["BillableTimeInSeconds"] = Seconds(ended - began);
            }

            return detail;
        }
    }

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);

    private void BeginStop(StopReason reason, DateTimeOffset at)
    {
        if (Primary != TrainingStatus.InProgress)
        {
            return;
        }

        agenda.Clear();
        _stopReason = reason;
        Enter(TrainingStatus.Stopping, at);
        driver.Stop(this, at);
    }

    private void Note(string secondary, DateTimeOffset at)
    {
        Secondary = secondary;
        LastModified = at;
        if (_transitions.Count > 0 && _transitions[^1].Status == secondary)
        {
            return;
        }

        CloseLast(at);
        _transitions.Add((secondary, at, null));
    }

    private void CloseLast(DateTimeOffset at)
    {
        if (_transitions is [.., { End: null } last])
        {
            _transitions[^1] = last with { End = at };
        }
    }
}
