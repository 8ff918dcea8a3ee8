namespace GovernedFinetune.Operator.Runs.Stages;

/// <summary>The stages that start jobs, as they appear in job names, folders and lineage objects.</summary>
public static class StageNames
{
    /// <summary>Preparation.</summary>
    public const string Prepare = "prepare";

    /// <summary>Training.</summary>
    public const string Train = "train";
}
