using System.Globalization;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Models;

/// <summary>
/// Registered models of the open-source server (reference unity-catalog-api.md, sections 5b and 7). It has neither tags nor
/// aliases: tags go into the comment, and an alias is refused.
/// </summary>
internal sealed class NativeModelRegistry(CatalogClient client) : IModelRegistry
{
    private const string Root = $"{CatalogCall.UnityCatalog}/models";

    /// <inheritdoc />
    public async Task EnsureModelAsync(string model, string description, CancellationToken cancellationToken)
    {
        var name = CatalogName.Parse(model);
        if (await client.FindAsync<EmptyMessage>(CatalogCall.Get(Of(model), $"read model {model}"), cancellationToken) is null)
        {
            var body = new { name.Name, catalog_name = name.Catalog, schema_name = name.Schema, comment = description };
            await client.CreateAsync<EmptyMessage>(CatalogCall.Post(Root, $"create model {model}", body), cancellationToken);
        }
    }

    /// <inheritdoc />
    public async Task<ModelVersion?> FindVersionAsync(string model, string runId, CancellationToken cancellationToken)
    {
        ModelVersion? best = null;
        string? page = null;
        do
        {
            var call = CatalogCall.Get($"{Of(model)}/versions", $"list the versions of model {model}", ("page_token", page));
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
        var call = CatalogCall.Get($"{Of(model)}/versions/{CatalogCall.Escape(version)}", $"read version {version} of model {model}");
        return (await client.FindAsync<ModelVersionMessage>(call, cancellationToken))?.ToVersion(model);
    }

    /// <inheritdoc />
    public async Task<ModelVersion?> CreateVersionAsync(NewModelVersion version, CancellationToken cancellationToken)
    {
        var name = CatalogName.Parse(version.Model);
        var call = CatalogCall.Post($"{Root}/versions", $"create a version of model {version.Model}", new
        {
            model_name = name.Name,
            catalog_name = name.Catalog,
            schema_name = name.Schema,
            version.Source,
            version.RunId,
            comment = Comment(version),
        });
        return (await client.FindAsync<ModelVersionMessage>(call, cancellationToken))?.ToVersion(version.Model);
    }

    /// <inheritdoc />
    public async Task<ModelVersion?> FinalizeVersionAsync(string model, string version, CancellationToken cancellationToken)
    {
        var call = CatalogCall.Patch(
            $"{Of(model)}/versions/{CatalogCall.Escape(version)}/finalize",
            $"finalize version {version} of model {model}",
            new { full_name = model, version = long.Parse(version, CultureInfo.InvariantCulture) });
        var answer = await client.SendAsync(call, cancellationToken);
        return answer.Error is { } error
            ? await Finalized.FromErrorAsync(this, model, version, error, call.Purpose, cancellationToken)
            : Finalized.FromAnswer(CatalogClient.Parse<ModelVersionMessage>(call, answer.Body).ToVersion(model));
    }

    /// <inheritdoc />
    public Task SetAliasAsync(string model, string alias, string version, CancellationToken cancellationToken) =>
        throw OperatorException.Terminal(
            Reasons.RequestRejected, $"The open-source Unity Catalog server has no aliases: model {model} cannot have '{alias}'. Leave spec.registry.alias out.");

    private static string Of(string model) => $"{Root}/{CatalogCall.Escape(model)}";

    private static string Comment(NewModelVersion version) =>
        string.Join('\n', [version.Description, .. version.Tags.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}")]);
}
