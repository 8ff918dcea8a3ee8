using System.Text.Json.Serialization;

namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>How a scripted job ends.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobOutcome>))]
public enum JobOutcome
{
    /// <summary>It does what it should.</summary>
    Success,

    /// <summary>It fails.</summary>
    Failure,

    /// <summary>It runs until it is stopped or out of time.</summary>
    Hang,
}

/// <summary>
/// The fate of jobs that are not to run: outcome and duration on the sandbox's clock, without a process. For tests of what
/// watches jobs, and for benchmarks.
/// </summary>
public sealed record JobScript
{
    /// <summary><c>emr-serverless</c> or <c>sagemaker</c>; absent means both.</summary>
    public string? Service { get; init; }

    /// <summary>A regular expression over the job's name.</summary>
    public required string Match { get; init; }

    /// <summary>How it ends.</summary>
    public JobOutcome Outcome { get; init; }

    /// <summary>Seconds before it runs, shared evenly by the states that come before.</summary>
    public double QueueSeconds { get; init; }

    /// <summary>Whether a job run is QUEUED first, as when its application's concurrency is used up.</summary>
    public bool Queued { get; init; }

    /// <summary>Seconds that it runs.</summary>
    public double Seconds { get; init; }

    /// <summary>Seconds from the order to stop to the end.</summary>
    public double StopSeconds { get; init; }

    /// <summary>What the service says of a failure, whole: <c>FailureReason</c> of a training job, <c>stateDetails</c> of a job run.</summary>
    public string? FailureReason { get; init; }

    /// <summary>The failure comes before the job runs, as one of capacity does.</summary>
    public bool FailsBeforeStart { get; init; }

    /// <summary>How many times a training job on spot capacity is interrupted and begins again.</summary>
    public int Interruptions { get; init; }

    /// <summary>Final metrics of a training job, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// Objects that the job leaves when it succeeds: URI to text. Both may hold <c>{name}</c>, <c>{output}</c>, <c>{arg.N}</c>
    /// (from 0) and <c>{env.NAME}</c>. Where one of them is the URI of a JSON object, <c>{arg.1#/run/uid}</c> is a field of that.
    /// </summary>
    public IReadOnlyDictionary<string, string> Objects { get; init; } = new Dictionary<string, string>();

    /// <summary>Objects that the job leaves when it succeeds, worked out when it ends; for callers in this process.</summary>
    [JsonIgnore]
    public Func<ScriptedJob, IReadOnlyDictionary<string, string>>? Leave { get; init; }

    /// <summary>How many jobs the script serves before it is spent; 0 means all.</summary>
    public int Times { get; init; }
}

/// <summary>A scripted job as its script sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Its <c>Environment</c> map (training jobs).</param>
/// <param name="OutputUri">Where a training job's model goes, <c>{S3OutputPath}/{name}/output/model</c>; empty for a job run.</param>
/// <param name="ReadText">Reads an object of the account as text; null when it is not there.</param>
public sealed record ScriptedJob(
    string Name,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string OutputUri,
    Func<string, string?> ReadText);
