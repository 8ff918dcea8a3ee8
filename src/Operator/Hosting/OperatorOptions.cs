using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>The operator's configuration: one JSON file, rendered by the chart into a ConfigMap. It holds no secret.</summary>
public sealed record OperatorOptions
{
    /// <summary>The profiles.</summary>
    public required IReadOnlyList<Profile> Profiles { get; init; }

    /// <summary>Watch this namespace only; null watches all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Look after these objects only. Installations with different selectors need leases of their own.</summary>
    public LabelSelector Selector { get; init; } = LabelSelector.Everything;

    /// <summary>How replicas elect a leader.</summary>
    public LeaderElectionOptions LeaderElection { get; init; } = new();

    /// <summary>Every object is looked at once an interval, whatever the watches missed.</summary>
    public TimeSpan ResyncInterval { get; init; } = TimeSpan.FromMinutes(10);
}
