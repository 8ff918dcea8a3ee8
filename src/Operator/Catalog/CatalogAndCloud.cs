using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Runs.Ports;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GovernedFinetune.Operator.Catalog;

/// <summary>What the composition root calls.</summary>
public static class CatalogAndCloud
{
    /// <summary>Registers the services of Unity Catalog and AWS behind the ports of runs and grants. Uses the registered
    /// <see cref="TimeProvider"/>, or the system's, and the registered logging.</summary>
    public static IServiceCollection AddCatalogAndCloud(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ConnectionsByProfile>();
        services.AddSingleton<IRunServicesFactory, RunServicesFactory>();
        services.AddSingleton<IPrivilegeReaderFactory, PrivilegeReaderFactory>();
        return services;
    }
}
