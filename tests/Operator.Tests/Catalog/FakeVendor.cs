using GovernedFinetune.Operator.Catalog.Storage;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Cloud;

namespace GovernedFinetune.Operator.Tests.Catalog;

/// <summary>Vends numbered keys that last an hour, and remembers for what.</summary>
internal sealed class FakeVendor(FakeS3 s3) : ICredentialVendor
{
    public List<string> Asked { get; } = [];

    public OperatorException? Refusal { get; set; }

    public EncryptionMessage? Encryption { get; set; }

    public Task<VendedMessage> ForTableAsync(CatalogTable table, CancellationToken cancellationToken) => VendAsync($"table {table.TableId}");

    public Task<VendedMessage> ForModelVersionAsync(ModelVersion version, CancellationToken cancellationToken) =>
        VendAsync($"model {version.Model} {version.Version}");

    private Task<VendedMessage> VendAsync(string what)
    {
        Asked.Add(what);
        return Refusal is not null ? throw Refusal : Task.FromResult(new VendedMessage
        {
            AwsTempCredentials = new AwsKeysMessage { AccessKeyId = $"ASIAVENDED{Asked.Count}", SecretAccessKey = "secret-canary", SessionToken = "token-canary" },
            ExpirationTime = s3.Clock.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds(),
            EncryptionDetails = Encryption,
        });
    }
}
