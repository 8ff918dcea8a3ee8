using GovernedFinetune.Operator.Catalog;
using GovernedFinetune.Operator.Catalog.Lineage;
using GovernedFinetune.Operator.Catalog.Models;
using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Leadership;
using Microsoft.Extensions.DependencyInjection;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class CompositionTests
{
    private static Profile Named(string name, CatalogFlavor flavor = CatalogFlavor.Databricks) => new()
    {
        Name = name,
        Namespaces = ["*"],
        Catalog = new CatalogProfile(new Uri("https://catalog.test"), flavor),
        CredentialSecretId = "s",
        Aws = new AwsProfile("eu-central-1", null),
        Emr = new EmrProfile("app", "role", "s3://code/main.py", [], null, null),
        Training = new TrainingProfile("role", "image", [], [], [], null, null),
        Storage = new StorageProfile(new S3Location("a", ""), new S3Location("g", "p"), "prepared"),
    };

    [Fact]
    public async Task Each_profile_has_one_set_of_services_made_without_asking_anybody()
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton<OutboundHttp>().AddSingleton(Replica.Unelected()).AddSingleton(Replica.Named("test")).AddCatalogAndCloud().BuildServiceProvider();
        var runs = services.GetRequiredService<IRunServicesFactory>();
        var grants = services.GetRequiredService<IPrivilegeReaderFactory>();
        Assert.Same(runs.For(Named("one")), runs.For(Named("one")));
        Assert.NotSame(runs.For(Named("one")), runs.For(Named("two")));
        Assert.Same(grants.For(Named("one")), grants.For(Named("one")));
    }

    [Fact]
    public async Task The_flavor_of_the_catalog_chooses_the_dialect()
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton<OutboundHttp>().AddSingleton(Replica.Unelected()).AddSingleton(Replica.Named("test")).AddCatalogAndCloud().BuildServiceProvider();
        var runs = services.GetRequiredService<IRunServicesFactory>();
        var (databricks, native) = (runs.For(Named("one")), runs.For(Named("two", CatalogFlavor.OpenSource)));
        Assert.True(databricks is { Models: MlflowModelRegistry, Lineage: ExternalLineageSink });
        Assert.True(native is { Models: NativeModelRegistry, Lineage: NoLineageSink });
    }
}
