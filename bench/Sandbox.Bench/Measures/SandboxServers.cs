using GovernedFinetune.Bench.Harness;
using GovernedFinetune.Bench.Server;

namespace GovernedFinetune.Bench.Measures;

/// <summary>The servers that the sandbox's benchmarks measure.</summary>
internal static class SandboxServers
{
    /// <summary>How many runs the figures are about.</summary>
    public const int Runs = 5_000;

    /// <summary>How many watchers the figures are about.</summary>
    public const int Watchers = 10;

    /// <summary>The sandbox as it is delivered.</summary>
    public static Task<ServerProcess> StartAsync(CancellationToken cancellationToken) =>
        ServerProcess.StartAsync("GovernedFinetune.Sandbox.dll", [], cancellationToken);

    /// <summary>A sandbox whose store can be changed from outside: <see cref="InjectingServer"/>.</summary>
    public static Task<ServerProcess> StartInjectingAsync(CancellationToken cancellationToken) =>
        ServerProcess.StartAsync($"{typeof(SandboxServers).Assembly.GetName().Name}.dll", [InjectingServer.Role], cancellationToken);
}
