using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.Preprocess;

/// <summary>Makes the preparation job's document.</summary>
public static class PrepareJobFactory
{
    /// <summary>The document. It holds names, never a credential.</summary>
    /// <param name="scope">The run.</param>
    /// <param name="snapshot">Where the snapshot is; null for formats that have versions.</param>
    /// <param name="output">The output table, when it exists already.</param>
    public static PrepareJobDocument Document(RunScope scope, S3Location? snapshot, CatalogTable? output)
    {
        var (spec, source) = (scope.Spec, scope.Status.Source!);
        return new PrepareJobDocument(
            1,
            "PrepareJob",
            new JobRun(scope.Id.Uid, scope.Id.Namespace, scope.Id.Name, scope.Attempt),
            JobParts.Catalog(scope),
            JobParts.Credentials(scope),
            scope.Status.Preprocessing!.ManifestUri!,
            new JobSource(spec.Source.Table, source.TableId!, source.Format!, source.Location!, source.Version!, snapshot?.ToString(), spec.Source.Filter),
            new JobPreprocessing(
                spec.Preprocessing.TextColumn,
                spec.Preprocessing.GroupColumn,
                spec.Preprocessing.PromptTemplate,
                spec.Preprocessing.MaxTokens,
                spec.Preprocessing.ValidationFraction),
            new JobOutput(
                spec.Preprocessing.OutputTable,
                output?.TableId,
                RunNames.PreparedTable(scope.Profile.Storage.Prepared, spec.Preprocessing.OutputTable).ToString()));
    }
}
