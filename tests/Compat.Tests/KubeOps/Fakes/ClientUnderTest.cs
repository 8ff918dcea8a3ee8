using KubeOps.KubernetesClient;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>A client with a server of its own.</summary>
public abstract class ClientUnderTest : IAsyncLifetime
{
    private Connected? _connected;

    private protected FakeApiServer Server => _connected!.Server;

    private protected IKubernetesClient Client => _connected!.Client;

    public async Task InitializeAsync()
    {
        var server = await FakeApiServer.StartAsync();
        _connected = new Connected(server, new KubernetesClient(server.Configuration()));
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    private sealed record Connected(FakeApiServer Server, IKubernetesClient Client);
}
