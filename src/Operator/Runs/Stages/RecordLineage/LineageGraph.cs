using System.Globalization;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs.Stages.RecordLineage;

/// <summary>
/// The lineage of one run: source table, preparation job, prepared table, training job, model version. Unity Catalog takes
/// an edge only when one end is external, so the two jobs are external objects and carry four edges
/// (docs/adr/20261124-lineage-through-both-jobs.md).
/// </summary>
/// <param name="Objects">The jobs.</param>
/// <param name="Edges">The edges, from source to model.</param>
public sealed record LineageGraph(IReadOnlyList<ExternalObject> Objects, IReadOnlyList<LineageEdge> Edges)
{
    /// <summary>The graph of a run whose model version is registered. The same run always gives the same graph.</summary>
    public static LineageGraph Of(RunScope scope)
    {
        var (spec, status) = (scope.Spec, scope.Status);
        var (prepared, trained) = (status.Preprocessing!, status.Training!);
        var run = new Dictionary<string, string>
        {
            ["run_uid"] = scope.Id.Uid,
            ["run"] = scope.Id.ToString(),
            ["grant"] = spec.Grant,
            ["grant_digest"] = status.Grant?.Digest ?? "",
            ["purpose"] = scope.Grant?.Spec.Purpose ?? "",
            ["attempt"] = scope.Attempt.ToString(CultureInfo.InvariantCulture),
        };

        var prepareJob = new ExternalObject(
            $"prepare-{prepared.JobRunId}",
            "EMR Serverless job run",
            $"Preparation of {spec.Preprocessing.OutputTable} for FineTuneRun {scope.Id}",
            prepared.LogUrl,
            With(run, ("job_run_id", prepared.JobRunId), ("rows", Text(prepared.Rows)), ("tokens", Text(prepared.Tokens)), ("digest", prepared.Digest)));
        var trainJob = new ExternalObject(
            trained.JobName!,
            "SageMaker training job",
            $"Fine-tuning of {spec.Model.Id} for FineTuneRun {scope.Id}",
            trained.LogUrl,
            With(run, ("arn", trained.Arn), ("base_model", spec.Model.Id), ("base_revision", spec.Model.Revision), ("artifacts", trained.ArtifactUri)));

        var preparation = new LineageNode.External(prepareJob.Name);
        var training = new LineageNode.External(trainJob.Name);
        var preparedTable = new LineageNode.Table(spec.Preprocessing.OutputTable);
        return new LineageGraph(
            [prepareJob, trainJob],
            [
                new LineageEdge(new LineageNode.Table(spec.Source.Table), preparation, With(run, ("table_version", status.Source!.Version))),
                new LineageEdge(preparation, preparedTable, With(run, ("table_version", prepared.OutputVersion), ("digest", prepared.Digest))),
                new LineageEdge(preparedTable, training, With(run, ("table_version", prepared.OutputVersion), ("digest", prepared.Digest))),
                new LineageEdge(
                    training,
                    new LineageNode.Model(spec.Registry.Model, status.Registration!.Version!),
                    With(run, ("model_digest", status.Registration.Digest))),
            ]);
    }

    private static Dictionary<string, string> With(Dictionary<string, string> shared, params (string Key, string? Value)[] more)
    {
        var all = new Dictionary<string, string>(shared);
        foreach (var (key, value) in more)
        {
            if (value is not null)
            {
                all[key] = value;
            }
        }

        return all;
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
