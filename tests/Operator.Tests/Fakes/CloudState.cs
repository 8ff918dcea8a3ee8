using System.Collections.Immutable;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>An EMR Serverless job run.</summary>
internal sealed record EmrJob(string Id, PrepareJobRequest Request, DateTimeOffset CreatedAt, JobState State, string? Details = null, bool Ours = false);

/// <summary>A SageMaker training job.</summary>
internal sealed record SageMakerJob(TrainingJobRequest Request, DateTimeOffset CreatedAt, JobState State, string? Reason = null, bool Ours = false, string? OwnerRunUid = null);

/// <summary>Everything outside, as one immutable value: the walk goes back to earlier ones.</summary>
internal sealed record CloudState
{
    public ImmutableList<EmrJob> PrepareJobs { get; init; } = [];

    public ImmutableList<SageMakerJob> TrainingJobs { get; init; } = [];

    public ImmutableSortedDictionary<string, CatalogTable> Tables { get; init; } = ImmutableSortedDictionary<string, CatalogTable>.Empty;

    public ImmutableList<ModelVersion> ModelVersions { get; init; } = [];

    public ImmutableSortedDictionary<string, IReadOnlyDictionary<string, string>> Tags { get; init; } =
        ImmutableSortedDictionary<string, IReadOnlyDictionary<string, string>>.Empty;

    public ImmutableSortedDictionary<string, ExternalObject> ExternalObjects { get; init; } = ImmutableSortedDictionary<string, ExternalObject>.Empty;

    public ImmutableSortedDictionary<string, LineageEdge> Edges { get; init; } = ImmutableSortedDictionary<string, LineageEdge>.Empty;

    public ImmutableSortedDictionary<string, byte[]> Objects { get; init; } = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);

    public SourcePin Source { get; init; } = new("sha256:9c1d", [new SnapshotFile("part-0.json", 123, "\"e1\"")]);

    public bool AnythingRuns =>
        PrepareJobs.Any(j => !j.State.IsTerminal()) || TrainingJobs.Any(j => !j.State.IsTerminal());

    public CloudState With(EmrJob job) => this with { PrepareJobs = PrepareJobs.Replace(PrepareJobs.Single(j => j.Id == job.Id), job) };

    public CloudState With(SageMakerJob job) => this with { TrainingJobs = TrainingJobs.Replace(TrainingJobs.Single(j => j.Request.Name == job.Request.Name), job) };
}
