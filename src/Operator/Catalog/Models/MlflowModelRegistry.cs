using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Models;

/// <summary>
/// Registered models in MLflow's dialect, the one that Databricks serves to clients outside: the public REST API has no
/// call that creates a version (reference unity-catalog-api.md, section 5c).
/// </summary>
internal sealed class MlflowModelRegistry(CatalogClient client) : IModelRegistry
{
    private const string Root = "/api/2.0/mlflow/unity-catalog";

    /// <inheritdoc />
    public async Task EnsureModelAsync(string model, string description, CancellationToken cancellationToken)
    {
        // Read first: a principal that owns the model need not have CREATE_MODEL on the schema.
        var read = CatalogCall.Get($"{Root}/registered-models/get", $"read model {model}", ("name", model));
        if (await client.FindAsync<EmptyMessage>(read, cancellationToken) is null)
        {
            var create = CatalogCall.Post($"{Root}/registered-models/create", $"create model {model}", new { name = model, description });
            await client.CreateAsync<EmptyMessage>(create, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async Task<ModelVersion?> FindVersionAsync(string model, string runId, CancellationToken cancellationToken)
    {
        ModelVersion? best = null;
        string? page = null;
        do
        {
            var call = CatalogCall.Get(
                $"{Root}/model-versions/search", $"list the versions of model {model}", ("filter", $"name='{model}'"), ("page_token", page));
            var found = await client.FindAsync<ModelVersionsMessage>(call, cancellationToken);
            best = (found?.ModelVersions ?? [])
                .Where(v => VersionSearch.IsOf(v, runId))
                .Select(v => v.ToVersion(model))
                .Aggregate(best, VersionSearch.Better);
            page = found?.NextPageToken;
        }
        while (!string.IsNullOrEmpty(page));
        return best;
    }

    /// <inheritdoc />
    public async Task<ModelVersion?> GetVersionAsync(string model, string version, CancellationToken cancellationToken)
    {
        var call = CatalogCall.Get(
            $"{Root}/model-versions/get", $"read version {version} of model {model}", ("name", model), ("version", version));
        var found = await client.FindAsync<WrappedVersionMessage>(call, cancellationToken);
        return found is null ? null : Unwrap(call, model, found);
    }

    /// <inheritdoc />
    public async Task<ModelVersion?> CreateVersionAsync(NewModelVersion version, CancellationToken cancellationToken)
    {
        var call = CatalogCall.Post($"{Root}/model-versions/create", $"create a version of model {version.Model}", new
        {
            name = version.Model,
            version.Source,
            version.RunId,
            version.Description,
            tags = version.Tags.Select(t => new TagMessage(t.Key, t.Value)),
        });
        var created = await client.FindAsync<WrappedVersionMessage>(call, cancellationToken);
        return created is null ? null : Unwrap(call, version.Model, created);
    }

    /// <inheritdoc />
    public async Task<ModelVersion?> FinalizeVersionAsync(string model, string version, CancellationToken cancellationToken)
    {
        var call = CatalogCall.Post($"{Root}/model-versions/finalize", $"finalize version {version} of model {model}", new { name = model, version });
        var answer = await client.SendAsync(call, cancellationToken);
        return answer.Error is { } error
            ? await Finalized.FromErrorAsync(this, model, version, error, call.Purpose, cancellationToken)
            : Finalized.FromAnswer(CatalogClient.Parse<WrappedVersionMessage>(call, answer.Body).ModelVersion?.ToVersion(model));
    }

    /// <inheritdoc />
    public async Task SetAliasAsync(string model, string alias, string version, CancellationToken cancellationToken)
    {
        var call = CatalogCall.Post(
            $"{Root}/registered-models/alias", $"let alias {alias} of model {model} name version {version}", new { name = model, alias, version });
        await client.ReadAsync<EmptyMessage>(call, cancellationToken);
    }

    private static ModelVersion Unwrap(CatalogCall call, string model, WrappedVersionMessage message) =>
        message.ModelVersion?.ToVersion(model) ?? throw CatalogFailures.Unreadable(call.Purpose, "'model_version' is missing");
}
