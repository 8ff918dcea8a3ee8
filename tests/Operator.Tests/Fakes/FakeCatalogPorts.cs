using System.Globalization;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Fakes;

internal sealed class FakeTables(FakeCloud cloud) : ICatalogTables
{
    public Task<CatalogTable?> GetAsync(string fullName, CancellationToken cancellationToken) =>
        cloud.ReadAsync($"uc:GetTable {fullName}", s => s.Tables.GetValueOrDefault(fullName));

    public Task<CatalogTable?> CreateExternalAsync(NewExternalTable table, CancellationToken cancellationToken) =>
        cloud.GovernedAsync<CatalogTable?>($"uc:CreateTable {table.FullName}", s =>
        {
            if (s.Tables.ContainsKey(table.FullName))
            {
                return (s, null);
            }

            var made = new CatalogTable(table.FullName, $"id-of-{table.FullName}", "EXTERNAL", table.Format, table.Location, table.Columns, false, false);
            return (s with { Tables = s.Tables.Add(table.FullName, made) }, made);
        });
}

internal sealed class FakeModels(FakeCloud cloud) : IModelRegistry
{
    public Task EnsureModelAsync(string model, string description, CancellationToken cancellationToken) =>
        cloud.GovernedAsync("uc:EnsureModel", s => (s, true));

    public Task<ModelVersion?> FindVersionAsync(string model, string runId, CancellationToken cancellationToken) =>
        cloud.ReadAsync("uc:FindVersion", s => s.ModelVersions.FirstOrDefault(v => v.Model == model && v.RunId == runId));

    public Task<ModelVersion?> GetVersionAsync(string model, string version, CancellationToken cancellationToken) =>
        cloud.ReadAsync("uc:GetVersion", s => s.ModelVersions.FirstOrDefault(v => v.Model == model && v.Version == version));

    public Task<ModelVersion?> CreateVersionAsync(NewModelVersion version, CancellationToken cancellationToken) =>
        cloud.GovernedAsync<ModelVersion?>("uc:CreateVersion", s =>
        {
            var number = (s.ModelVersions.Count + 1).ToString(CultureInfo.InvariantCulture);
            var made = new ModelVersion(version.Model, number, ModelVersionState.Pending, $"s3://governed/models/{number}", version.RunId, []);
            return (s with { ModelVersions = s.ModelVersions.Add(made), Tags = s.Tags.SetItem(number, version.Tags) }, made);
        });

    public Task<ModelVersion?> FinalizeVersionAsync(string model, string version, CancellationToken cancellationToken) =>
        cloud.GovernedAsync<ModelVersion?>("uc:FinalizeVersion", s =>
        {
            var after = Change(s, version, v => v with { State = ModelVersionState.Ready });
            return (after, after.ModelVersions.Single(v => v.Version == version));
        });

    public Task SetAliasAsync(string model, string alias, string version, CancellationToken cancellationToken) =>
        cloud.GovernedAsync("uc:SetAlias", s => (Change(s, version, v => v with { Aliases = [.. v.Aliases.Union([alias])] }), true));

    private static CloudState Change(CloudState state, string version, Func<ModelVersion, ModelVersion> change)
    {
        var old = state.ModelVersions.Single(v => v.Version == version);
        return state with { ModelVersions = state.ModelVersions.Replace(old, change(old)) };
    }
}

internal sealed class FakeLineage(FakeCloud cloud) : ILineageSink
{
    public Task<bool> UpsertObjectAsync(ExternalObject externalObject, CancellationToken cancellationToken) =>
        cloud.GovernedAsync("uc:UpsertObject", s => (
            s with { ExternalObjects = s.ExternalObjects.SetItem(externalObject.Name, externalObject) }, !s.ExternalObjects.ContainsKey(externalObject.Name)));

    public Task UpsertEdgeAsync(LineageEdge edge, bool mayExist, CancellationToken cancellationToken) =>
        cloud.GovernedAsync("uc:UpsertEdge", s => (s with { Edges = s.Edges.SetItem($"{edge.Source} -> {edge.Target}", edge) }, true));
}

internal sealed class FakeStorage(FakeCloud cloud) : IGovernedStorage
{
    public Task<SourcePin> PinAsync(CatalogTable table, long? wantedVersion, CancellationToken cancellationToken) =>
        cloud.ReadAsync("storage:Pin", s => s.Source);

    public Task UploadModelAsync(ModelVersion target, S3Location from, IReadOnlyList<ManifestFile> files, CancellationToken cancellationToken) =>
        cloud.GovernedAsync("storage:UploadModel", s => (s, true));
}

internal sealed class FakeArtifacts(FakeCloud cloud) : IArtifactStore
{
    public Task PutAsync(S3Location location, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken) =>
        cloud.EffectAsync($"s3:Put {File(location)}", s => (s with { Objects = s.Objects.SetItem(location.ToString(), content.ToArray()) }, true));

    public Task<bool> PutNewAsync(S3Location location, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken) =>
        cloud.EffectAsync($"s3:PutNew {File(location)}", s => s.Objects.ContainsKey(location.ToString())
            ? (s, false)
            : (s with { Objects = s.Objects.Add(location.ToString(), content.ToArray()) }, true));

    public Task<byte[]?> GetAsync(S3Location location, int maxBytes, CancellationToken cancellationToken) =>
        cloud.ReadAsync($"s3:Get {File(location)}", s => s.Objects.GetValueOrDefault(location.ToString()));

    private static string File(S3Location location) => location.Key[(location.Key.LastIndexOf('/') + 1)..];
}
