using Amazon.Runtime;
using GovernedFinetune.Operator.Catalog.Auth;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Catalog.Lineage;
using GovernedFinetune.Operator.Catalog.Models;
using GovernedFinetune.Operator.Catalog.Privileges;
using GovernedFinetune.Operator.Catalog.Storage;
using GovernedFinetune.Operator.Catalog.Tables;
using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Cloud.Jobs;
using GovernedFinetune.Operator.Cloud.Secrets;
using GovernedFinetune.Operator.Cloud.Storage;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog;

/// <summary>Everything that one profile reaches: its catalog with one token, its account with one set of clients.</summary>
internal sealed class ProfileConnections : IDisposable
{
    private readonly AwsClients _aws;
    private readonly ITokenSource _tokens;

    /// <summary>Connects a profile; nothing is sent yet.</summary>
    public ProfileConnections(
        Profile profile, HttpClient http, ApiRateLimits limits, HttpClientFactory aws, EndpointOverrides endpoints, TimeProvider clock, ILoggerFactory logs, AWSCredentials? identity = null)
    {
        _aws = new AwsClients(profile.Aws, endpoints, clock, aws, identity);
        var caller = new AwsCaller(profile.Aws, limits);
        var secrets = new SecretReader(_aws.Secrets, caller);
        var native = profile.Catalog.Flavor == CatalogFlavor.OpenSource;
        _tokens = native
            ? new SharedTokenSource(secrets, profile.CredentialSecretId, clock)
            : new ClientCredentialsTokenSource(
                new TokenEndpoint(http, profile.Catalog.Host, clock),
                new ClientCredentialsCache(secrets, clock),
                profile.CredentialSecretId,
                clock,
                logs.CreateLogger<ClientCredentialsTokenSource>());
        var catalog = new CatalogClient(http, profile.Catalog.Host, _tokens, clock);
        Runs = new RunServices(
            new CatalogTables(catalog),
            native ? new NativeModelRegistry(catalog) : new MlflowModelRegistry(catalog),
            native ? new NoLineageSink() : new ExternalLineageSink(catalog),
            new GovernedStorage(native ? new OpenSourceVendor(catalog) : new DatabricksVendor(catalog), _aws, caller, clock),
            new ArtifactStore(_aws.S3, caller),
            new EmrPrepareJobs(_aws.Emr, caller, profile.Emr, clock),
            new SageMakerTrainingJobs(_aws.SageMaker, caller, profile.Training, clock));
        Privileges = native
            ? new PrivilegeReader(
                catalog,
                new CallerReader(catalog, "/api/1.0/unity-control/scim2/Me"),
                new DirectPermissions(catalog))
            : new PrivilegeReader(
                catalog,
                new CallerReader(catalog, "/api/2.0/preview/scim/v2/Me"),
                new EffectivePermissions(catalog));
    }

    /// <summary>What runs use.</summary>
    public RunServices Runs { get; }

    /// <summary>What grants use.</summary>
    public IPrivilegeReader Privileges { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        _aws.Dispose();
        (_tokens as IDisposable)?.Dispose();
    }
}
