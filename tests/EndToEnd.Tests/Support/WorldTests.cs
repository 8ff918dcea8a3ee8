namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>
/// Tests on the shared world. Each of them also proves, by the log, that the rights in config/rbac are enough: that the API
/// server refused the operator nothing while the test ran.
/// </summary>
[Collection(nameof(World))]
public abstract class WorldTests(World world) : IAsyncLifetime
{
    private int _before;

    /// <summary>The shared world.</summary>
    protected World World => world;

    public async Task InitializeAsync() => _before = await world.Requests.CountAsync();

    public async Task DisposeAsync()
    {
        var refused = (await world.Requests.ReadAsync(_before)).Where(r =>
            r is { Service: "kubernetes", Status: 403 } && r.Principal.StartsWith("system:serviceaccount:", StringComparison.Ordinal));
        Assert.Empty(refused);

        // Another cluster than the sandbox's has no such log; KubernetesClient quotes the status in what it throws.
        Assert.DoesNotContain("status code 'Forbidden'", await world.Operator().LogAsync(), StringComparison.Ordinal);
    }
}
