namespace GovernedFinetune.Entities;

/// <summary>
/// The condition types that the operator writes. Ready, Reconciling and Stalled follow kstatus
/// (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md).
/// </summary>
public static class ConditionTypes
{
    /// <summary>The object is as its spec asks: a grant holds, a run has succeeded.</summary>
    public const string Ready = "Ready";

    /// <summary>Work is under way; absent or False when there is none.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>No progress without a person; absent or False otherwise.</summary>
    public const string Stalled = "Stalled";

    /// <summary>The outcome of a run: True or False once it has finished, Unknown before.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The grant covers the run and was checked within its interval.</summary>
    public const string GrantVerified = "GrantVerified";

    /// <summary>The prepared table is written and its manifest is verified.</summary>
    public const string DatasetPrepared = "DatasetPrepared";

    /// <summary>The training job completed and its manifest is verified.</summary>
    public const string ModelTrained = "ModelTrained";

    /// <summary>The model version is uploaded, verified and finalized.</summary>
    public const string ModelRegistered = "ModelRegistered";

    /// <summary>The lineage source table, prepared table, training job, model version is written.</summary>
    public const string LineageRecorded = "LineageRecorded";
}
