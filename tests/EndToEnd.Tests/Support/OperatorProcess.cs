using System.Diagnostics;
using System.Globalization;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>A running operator.</summary>
internal sealed class OperatorProcess(World world, string name)
{
    public string Name => name;

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            using var process = Process.GetProcessById(Id);
            return process.WorkingSet64;
        }
    }

    private int Id => int.Parse(File.ReadAllText(Path.Combine(world.State, $"{name}.pid")), CultureInfo.InvariantCulture);

    /// <summary>Starts it, or starts it again, and waits until it is ready.</summary>
    public Task StartAsync() => world.DemoAsync("operator", "--name", name);

    /// <summary>Ends it without a word: no shutdown code runs.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await ExitedAsync();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task TerminateAsync()
    {
        await SignalAsync("TERM");
        await ExitedAsync();
    }

    /// <summary>Waits until it has ended.</summary>
    public Task ExitedAsync() => Patience.UntilAsync(() => Task.FromResult(HasExited()), () => $"Operator '{name}' does not end.");

    /// <summary>Sends it a signal, such as <c>STOP</c>, and does not wait for what comes of it.</summary>
    public Task SignalAsync(string signal) => Command.MustAsync("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);

    public Task<string> LogAsync() => File.ReadAllTextAsync(Path.Combine(world.State, $"{name}.log"));

    /// <summary>Whether it has ended. One that has stays a zombie until its parent asks, and ours is whatever adopts orphans.</summary>
    public bool HasExited()
    {
        try
        {
            return File.ReadAllText($"/proc/{Id}/stat").Split(')')[^1].TrimStart()[0] == 'Z';
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
    }
}
