namespace KubeOps.Abstractions.Builder;

/// <summary>Who of several replicas works. Upstream has two more kinds, which the stand-in leaves out.</summary>
public enum LeaderElectionType
{
    /// <summary>Every replica works.</summary>
    None = 0,

    /// <summary>One replica works, chosen through a lease.</summary>
    Single = 1,
}

/// <summary>Where waiting reconciliations are kept. Upstream's <c>Custom</c> is left out.</summary>
public enum QueueStrategy
{
    InMemory = 0,
}

/// <summary>How many watches are held. Upstream's <c>SharedPerEntity</c> is left out.</summary>
public enum WatchStrategy
{
    PerController = 0,
}

/// <summary>Which events count as news: a change of the specification, or any change.</summary>
public enum ReconcileStrategy
{
    ByGeneration,
    ByResourceVersion,
}

/// <summary>What to do with a reconciliation whose object is being reconciled right now.</summary>
public enum ParallelReconciliationConflictStrategy
{
    Discard,
    RequeueAfterDelay,
    WaitForCompletion,
}
