using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Runs.Stages.Train;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>What the stages see, for the tables of decisions: good by default, one thing changed at a time.</summary>
internal static class Seen
{
    public const string PreparedAt = "s3://governed/prepared/finance/curated/risk_factors_sft";

    public static RunIdentity Id { get; } = new("credit-risk", "risk-summariser", Samples.Uid);

    public static RunFacts Facts(FineTuneRunStatus status, FineTuneRunSpec? spec = null) =>
        new(Id, spec ?? Samples.Run().Spec, status, Samples.Start.AddMinutes(10));

    public static FineTuneRunStatus Status(Action<FineTuneRunStatus>? change = null)
    {
        var status = new FineTuneRunStatus
        {
            Attempt = 1,
            Source = new SourceStatus { TableId = "5b1e", Format = "JSON", Location = "s3://governed/raw/risk_factors", Version = "sha256:9c1d" },
            Preprocessing = new PreprocessingStatus { StartedAt = Samples.Start.UtcDateTime, ManifestUri = "s3://artifacts/m.json" },
            Training = new TrainingStatus { JobName = "train-1" },
            Registration = new RegistrationStatus { Model = Samples.Model },
        };
        change?.Invoke(status);
        return status;
    }

    public static PrepareJob Prepare(JobState state, bool ours = false) => new("jr-1", "prepare-1", state, Words.Emr(state), "the service's words", ours);

    public static PrepareManifest PrepareManifest { get; } = JobWork.Prepared(new PrepareJobDocument(
        1,
        "PrepareJob",
        new JobRun(Samples.Uid, "credit-risk", "risk-summariser", 1),
        new JobCatalog("https://dbc-x.cloud.databricks.com", "Databricks"),
        new JobCredentials("id", "us-east-1"),
        "s3://artifacts/m.json",
        new JobSource(Samples.Source, "5b1e", "JSON", "s3://governed/raw/risk_factors", "sha256:9c1d", null, null),
        new JobPreprocessing("risk_factor_text", null, "p", 16, "0"),
        new JobOutput(Samples.Prepared, null, PreparedAt)));

    public static CatalogTable PreparedTable(string location = PreparedAt) =>
        new(Samples.Prepared, "77aa", "EXTERNAL", "JSON", location, [], false, false);

    public static PreprocessObservation Preprocess(
        PrepareJob? job = null, PrepareManifest? manifest = null, CatalogTable? table = null, string? failure = null, bool stale = false) =>
        new(job, failure, manifest is null ? null : new Read<PrepareManifest>(manifest, null), table, PreparedAt, stale);

    public static TrainingJob Training(JobState state, bool ours = false, string? owner = Samples.Uid)
    {
        var (primary, secondary) = Words.SageMaker(state);
        return new TrainingJob("train-1", "arn", state, primary, secondary, "the service's words", ours, owner, "s3://artifacts/x", 1, new Dictionary<string, double>(), null, null);
    }

    public static TrainManifest TrainManifest { get; } = JobWork.Trained(new TrainJobDocument(
        1,
        "TrainJob",
        new JobRun(Samples.Uid, "credit-risk", "risk-summariser", 1),
        new JobCatalog("https://dbc-x.cloud.databricks.com", "Databricks"),
        new JobCredentials("id", "us-east-1"),
        "s3://artifacts/progress.json",
        new JobDataset(Samples.Prepared, "77aa", "1", "JSON", PreparedAt, "sha256:0", []),
        new JobModel("builtin/char-lm", "1"),
        new JobTraining("LoRA", 16, new Dictionary<string, string>(), false)));

    public static TrainObservation Train(TrainingJob? job, TrainManifest? manifest = null) =>
        new(job, null, manifest is null ? null : new Read<TrainManifest>(manifest, null));

    /// <summary>Kind and reason of a decision; for an effect its action.</summary>
    public static string Of(Decision decision) => decision switch
    {
        Decision.Do act => $"Do {act.Effect.Action}",
        Decision.Wait wait => $"Wait {wait.Reason}{(wait.Stalled ? " stalled" : "")}",
        Decision.TryAgain again => $"TryAgain {again.Reason}",
        Decision.Fail fail => $"Fail {fail.Reason}",
        _ => "Done",
    };

    /// <summary>The message of a decision.</summary>
    public static string Message(Decision decision) => decision switch
    {
        Decision.Wait wait => wait.Message,
        Decision.TryAgain again => again.Message,
        Decision.Fail fail => fail.Message,
        Decision.Done done => done.Message,
        _ => "",
    };
}
