using System.Globalization;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Runs.Stages.Train;

namespace GovernedFinetune.Operator.Runs.Stages.Register;

/// <summary>Registers the model in Unity Catalog.</summary>
public sealed class RegisterStage : Stage<RegisterObservation>
{
    /// <inheritdoc />
    public override FineTuneRunPhase Phase => FineTuneRunPhase.Registering;

    /// <inheritdoc />
    public override string Condition => ConditionTypes.ModelRegistered;

    /// <inheritdoc />
    public override void Enter(RunScope scope, DateTimeOffset now) =>
        scope.Status.Registration ??= new RegistrationStatus { Model = scope.Spec.Registry.Model };

    /// <inheritdoc />
    public override TimeSpan Deadline(FineTuneRunSpec spec) => TimeSpan.FromHours(12);

    /// <inheritdoc />
    public override async Task ActAsync(RunScope scope, Effect effect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var models = scope.Services.Models;
        switch (effect)
        {
            case CreateModelVersion create:
                var created = await CreateAsync(scope, create.Model, cancellationToken);
                scope.Status.Registration!.Version = created.Version;
                scope.Memory.Version = created;
                break;
            case UploadModelFiles upload:
                await UploadAsync(scope, upload.Version, cancellationToken);

                // That took a while: the version is looked at again before it is finalized.
                scope.Memory.Version = null;
                break;
            case FinalizeModelVersion finalize:
                scope.Memory.Version = await models.FinalizeVersionAsync(finalize.Version.Model, finalize.Version.Version, cancellationToken);
                break;
            case SetModelAlias set:
                await models.SetAliasAsync(set.Version.Model, set.Alias, set.Version.Version, cancellationToken);
                scope.Memory.Version = set.Version with { Aliases = [.. set.Version.Aliases, set.Alias] };
                break;
            default:
                throw NotMine(effect);
        }
    }

    /// <inheritdoc />
    protected override async Task<RegisterObservation> ObserveAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var manifest = await TrainedManifest.ReadAsync(scope, scope.Status.Training!.ArtifactUri!, cancellationToken);
        var model = scope.Spec.Registry.Model;
        var version = scope.Memory.Version ?? (scope.Status.Registration?.Version is { } known
            ? await scope.Services.Models.GetVersionAsync(model, known, cancellationToken)
            : await scope.Services.Models.FindVersionAsync(model, scope.Id.Uid, cancellationToken));
        return new RegisterObservation(manifest, version);
    }

    /// <inheritdoc />
    protected override void Record(FineTuneRunStatus status, RegisterObservation seen, DateTimeOffset now)
    {
        if (seen.Version is { } version)
        {
            status.Registration!.Version = version.Version;
        }
    }

    /// <inheritdoc />
    protected override Decision Decide(RunFacts run, RegisterObservation seen) => RegisterDecisions.Decide(run, seen);

    /// <summary>Creates the version; for the first run of a model the model too.</summary>
    private static async Task<ModelVersion> CreateAsync(RunScope scope, string model, CancellationToken cancellationToken)
    {
        var (models, version) = (scope.Services.Models, await DescribeAsync(scope, cancellationToken));
        if (await models.CreateVersionAsync(version, cancellationToken) is { } created)
        {
            return created;
        }

        await models.EnsureModelAsync(model, $"Fine-tuned from {scope.Spec.Model.Id} under grant '{scope.Spec.Grant}'.", cancellationToken);
        return await models.CreateVersionAsync(version, cancellationToken)
            ?? throw OperatorException.Transient(Reasons.ServiceUnavailable, $"Model {model} was created, and the catalog does not show it yet.");
    }

    private static async Task UploadAsync(RunScope scope, ModelVersion version, CancellationToken cancellationToken)
    {
        var artifacts = S3Location.Parse(scope.Status.Training!.ArtifactUri!);
        var manifest = await TrainedManifest.ReadAsync(scope, artifacts.ToString(), cancellationToken);
        if (manifest.Document is not { } document)
        {
            throw OperatorException.Terminal(Reasons.ManifestInvalid, manifest.Problem!);
        }

        await scope.Services.Storage.UploadModelAsync(version, artifacts, document.Files, cancellationToken);
        var registration = scope.Status.Registration!;
        registration.Files = document.Files.Count;
        registration.Bytes = document.Files.Sum(f => f.Bytes);
        registration.Digest = document.Digest;
    }

    /// <summary>Describes the version so that it can be traced without the cluster (invariant I7).</summary>
    private static async Task<NewModelVersion> DescribeAsync(RunScope scope, CancellationToken cancellationToken)
    {
        var (spec, status) = (scope.Spec, scope.Status);
        var trained = (await TrainedManifest.ReadAsync(scope, status.Training!.ArtifactUri!, cancellationToken)).Document;
        var prepared = (await PreparedManifest.ReadAsync(scope, cancellationToken)).Document;
        var tags = new Dictionary<string, string>
        {
            ["governedfinetune.run_uid"] = scope.Id.Uid,
            ["governedfinetune.run"] = scope.Id.ToString(),
            ["governedfinetune.attempt"] = scope.Attempt.ToString(CultureInfo.InvariantCulture),
            ["governedfinetune.source_table"] = spec.Source.Table,
            ["governedfinetune.source_version"] = status.Source!.Version!,
            ["governedfinetune.prepared_table"] = spec.Preprocessing.OutputTable,
            ["governedfinetune.prepared_version"] = status.Preprocessing!.OutputVersion!,
            ["governedfinetune.prepared_digest"] = status.Preprocessing.Digest!,
            ["governedfinetune.base_model"] = spec.Model.Id,
            ["governedfinetune.base_revision"] = spec.Model.Revision,
            ["governedfinetune.training_job"] = status.Training.JobName!,
            ["governedfinetune.prepare_code"] = prepared?.Code.Digest ?? "",
            ["governedfinetune.train_code"] = trained?.Code.Digest ?? "",
            ["governedfinetune.model_digest"] = trained?.Digest ?? "",
            ["governedfinetune.audit_head"] = status.Audit?.HeadDigest ?? "",
        };
        var description =
            $"Fine-tuned by FineTuneRun {scope.Id} (uid {scope.Id.Uid}) from {spec.Model.Id} at {spec.Model.Revision} on {spec.Preprocessing.OutputTable} "
            + $"version {status.Preprocessing.OutputVersion}, prepared from {spec.Source.Table} version {status.Source.Version}.";
        return new NewModelVersion(spec.Registry.Model, status.Training.ArtifactUri!, scope.Id.Uid, description, tags);
    }
}
