using System.Security.Cryptography;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Hosting;

/// <summary>What the three services share: the clock, the request log, the fault switch and the credentials in use.</summary>
public sealed class SandboxContext : IAsyncDisposable
{
    /// <summary>Opens the state directory and its request log.</summary>
    public SandboxContext(SandboxOptions options, TimeProvider clock)
    {
        Options = options;
        Clock = clock;
        _ = Directory.CreateDirectory(options.StateDirectory);
        Requests = new RequestLog(Path.Combine(options.StateDirectory, "requests.jsonl"));
        Faults = new FaultSwitch();
        Outages = new Outages();
        Credentials = new CredentialStore(clock);
    }

    /// <summary>What the sandbox was started with.</summary>
    public SandboxOptions Options { get; }

    /// <summary>The one clock; nothing in the sandbox reads another.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Every request that any service answered.</summary>
    public RequestLog Requests { get; }

    /// <summary>Faults that tests and people inject.</summary>
    public FaultSwitch Faults { get; }

    /// <summary>Services that tests and people took away.</summary>
    public Outages Outages { get; }

    /// <summary>Every AWS credential that is in use, with what it may do.</summary>
    public CredentialStore Credentials { get; }

    /// <summary>Bearer token of the sandbox's administrator: metastore admin in the catalog, and the <c>/_sandbox</c> routes.</summary>
    public string AdminToken { get; } = "sandbox-admin-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        Requests.Dispose();
        return ValueTask.CompletedTask;
    }
}
