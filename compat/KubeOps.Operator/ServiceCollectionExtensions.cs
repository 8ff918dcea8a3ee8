using KubeOps.Abstractions.Builder;
using KubeOps.Operator.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace KubeOps.Operator;

/// <summary>The entry point.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Adds the operator. Services that were registered before (configuration, client, elector factory, event factory,
    /// clock) are kept.
    /// </summary>
    public static IOperatorBuilder AddKubernetesOperator(
        this IServiceCollection services,
        Action<OperatorSettingsBuilder>? configure = null)
    {
        var settings = new OperatorSettingsBuilder();
        configure?.Invoke(settings);
        return new OperatorBuilder(services, settings.Build());
    }
}
