using System.Globalization;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>Vending on Databricks: tables in the native dialect, model versions in MLflow's.</summary>
internal sealed class DatabricksVendor(CatalogClient client) : ICredentialVendor
{
    /// <inheritdoc />
    public Task<VendedMessage> ForTableAsync(CatalogTable table, CancellationToken cancellationToken) =>
        client.ReadAsync<VendedMessage>(Vending.Table(table.TableId, table.FullName, Vending.Read), cancellationToken);

    /// <inheritdoc />
    public async Task<VendedMessage> ForModelVersionAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var call = CatalogCall.Post(
            "/api/2.0/mlflow/unity-catalog/model-versions/generate-temporary-credentials",
            $"get write credentials of version {version.Version} of model {version.Model}",
            new { name = version.Model, version.Version, operation = "MODEL_VERSION_OPERATION_READ_WRITE" });
        return (await client.ReadAsync<WrappedVendedMessage>(call, cancellationToken)).Credentials
            ?? throw CatalogFailures.Unreadable(call.Purpose, "'credentials' is missing");
    }
}

/// <summary>Vending on the open-source server.</summary>
internal sealed class OpenSourceVendor(CatalogClient client) : ICredentialVendor
{
    /// <inheritdoc />
    public Task<VendedMessage> ForTableAsync(CatalogTable table, CancellationToken cancellationToken) =>
        client.ReadAsync<VendedMessage>(Vending.Table(table.TableId, table.FullName, Vending.Read), cancellationToken);

    /// <inheritdoc />
    public Task<VendedMessage> ForModelVersionAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var name = CatalogName.Parse(version.Model);
        var call = CatalogCall.Post(
            $"{CatalogCall.UnityCatalog}/temporary-model-version-credentials",
            $"get write credentials of version {version.Version} of model {version.Model}",
            new
            {
                catalog_name = name.Catalog,
                schema_name = name.Schema,
                model_name = name.Name,
                version = long.Parse(version.Version, CultureInfo.InvariantCulture),
                operation = "READ_WRITE_MODEL_VERSION",
            });
        return client.ReadAsync<VendedMessage>(call, cancellationToken);
    }
}
