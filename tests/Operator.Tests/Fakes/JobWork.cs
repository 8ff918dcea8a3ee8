using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>What the jobs do when they run: read the document that they were given and leave what it asks for.</summary>
internal static class JobWork
{
    public static string ArtifactUri(TrainingJobRequest request) => request.OutputPath.Append($"{request.Name}/output/model").ToString();

    /// <summary>A preparation job reaches a state; with success it leaves its manifest.</summary>
    public static CloudState Reach(CloudState state, EmrJob job, JobState reached, string? details = null, bool ours = false)
    {
        var after = state.With(job with { State = reached, Details = details, Ours = ours });
        if (reached is not JobState.Succeeded)
        {
            return after;
        }

        var document = Document<PrepareJobDocument>(state, job.Request.JobDocument.ToString());
        return after with { Objects = after.Objects.SetItem(document.ManifestUri, JobJson.Write(Prepared(document))) };
    }

    /// <summary>A training job reaches a state; with success it leaves its manifest.</summary>
    public static CloudState Reach(CloudState state, SageMakerJob job, JobState reached, string? reason = null, bool ours = false)
    {
        var after = state.With(job with { State = reached, Reason = reason, Ours = ours });
        if (reached is not JobState.Succeeded)
        {
            return after;
        }

        var document = Document<TrainJobDocument>(state, job.Request.JobDocument.ToString());
        return after with
        {
            Objects = after.Objects
                .SetItem(document.ProgressUri, JobJson.Write(new TrainProgress(400, 400, 1, 100, 0, 2.1, 2.2)))
                .SetItem($"{ArtifactUri(job.Request)}/manifest.json", JobJson.Write(Trained(document))),
        };
    }

    public static PrepareManifest Prepared(PrepareJobDocument document)
    {
        OutputFile[] files = [new("version=1/split=train/part-00000.json", 100, new string('a', 64), 40, "train")];
        return new PrepareManifest(
            1,
            "PrepareManifest",
            new ManifestRun(document.Run.Uid, document.Run.Attempt),
            new ManifestCode("governed-spark", "0.1.0", "sha256:c0de"),
            [new ManifestInput(document.Source.Table, document.Source.TableId, document.Source.Version, document.Source.Format)],
            [new ManifestOutput(document.Output.Table, document.Output.Location, "JSON", "1", [new TableColumn("prompt", "string")], files, 40, 900)],
            ManifestDigest.Of(files.Select(f => (f.Path, f.Sha256))));
    }

    public static TrainManifest Trained(TrainJobDocument document)
    {
        ManifestFile[] files = [new("MLmodel", 512, new string('b', 64)), new("weights.bin", 4096, new string('c', 64))];
        return new TrainManifest(
            1,
            "TrainManifest",
            new ManifestRun(document.Run.Uid, document.Run.Attempt),
            new ManifestCode("governed-trainer", "0.1.0", "sha256:7ea1"),
            [new ManifestInput(document.Dataset.Table, document.Dataset.TableId, document.Dataset.Version, document.Dataset.Format)],
            new ManifestModel(document.Model.Id, document.Model.Revision, "char-lm"),
            files,
            ManifestDigest.Of(files.Select(f => (f.Path, f.Sha256))),
            new ManifestMetrics(4.5, 2.1, 4.5, 2.2, 400));
    }

    private static T Document<T>(CloudState state, string uri)
        where T : class
    {
        var read = JobJson.Parse<T>(state.Objects.GetValueOrDefault(uri), uri);
        return read.Document ?? throw new InvalidOperationException($"The job cannot read its document: {read.Problem}");
    }
}
