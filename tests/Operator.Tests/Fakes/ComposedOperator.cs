using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Hosting;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Grants;
using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>The operator as the composition root puts it together, over a fake cluster and a fake outside.</summary>
internal sealed class ComposedOperator : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public ComposedOperator(FakeApiServer api, FakeCloud cloud, TimeProvider clock, Func<OperatorOptions, OperatorOptions>? change = null)
    {
        var options = new OperatorOptions { Profiles = [Samples.Profile], LeaderElection = new LeaderElectionOptions { Enabled = false } };
        var services = new ServiceCollection().AddLogging().AddGovernedFinetune(change?.Invoke(options) ?? options, new ReplicaIdentity("me"));
        _services = services
            .Replace(ServiceDescriptor.Singleton(clock))
            .Replace(ServiceDescriptor.Singleton(api.Configuration))
            .Replace(ServiceDescriptor.Singleton<IKubernetes>(_ => api.Kubernetes()))
            .Replace(ServiceDescriptor.Singleton<IRunServicesFactory>(cloud))
            .Replace(ServiceDescriptor.Singleton<IPrivilegeReaderFactory>(new FakePrivileges()))
            .AddSingleton<OneLook>()
            .BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    public IServiceProvider Services => _services;

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
