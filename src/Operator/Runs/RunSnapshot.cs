namespace GovernedFinetune.Operator.Runs;

/// <summary>What an auditor needs to know of a run at a moment: names, versions and digests, never a secret.</summary>
public static class RunSnapshot
{
    /// <summary>Takes it.</summary>
    public static IReadOnlyDictionary<string, string> Of(RunScope scope)
    {
        var (spec, status) = (scope.Spec, scope.Status);
        var all = new (string Key, string? Value)[]
        {
            ("profile", spec.Profile),
            ("sourceTable", spec.Source.Table),
            ("sourceTableId", status.Source?.TableId),
            ("sourceVersion", status.Source?.Version),
            ("preparedTable", spec.Preprocessing.OutputTable),
            ("preparedVersion", status.Preprocessing?.OutputVersion),
            ("preparedDigest", status.Preprocessing?.Digest),
            ("prepareJob", status.Preprocessing?.JobRunId),
            ("trainingJob", status.Training?.Arn is null ? null : status.Training.JobName),
            ("baseModel", spec.Model.Id),
            ("baseRevision", spec.Model.Revision),
            ("model", spec.Registry.Model),
            ("modelVersion", status.Registration?.Version),
            ("modelDigest", status.Registration?.Digest),
        };
        return all.Where(a => a.Value is not null).ToDictionary(a => a.Key, a => a.Value!);
    }
}
