using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>Asks Unity Catalog for credentials of one table or model version. The dialects differ for models.</summary>
internal interface ICredentialVendor
{
    /// <summary>Credentials that read a table.</summary>
    Task<VendedMessage> ForTableAsync(CatalogTable table, CancellationToken cancellationToken);

    /// <summary>Credentials that write the files of a pending model version.</summary>
    Task<VendedMessage> ForModelVersionAsync(ModelVersion version, CancellationToken cancellationToken);
}
