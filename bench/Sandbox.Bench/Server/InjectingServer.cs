using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Bench.Server;

/// <summary>
/// A sandbox that also changes objects at its store when a line on its standard input says so, past HTTP, validation
/// and managed fields: what is left is the way from the store to the watches.
/// </summary>
internal static class InjectingServer
{
    /// <summary>First argument of a process that is to be such a server.</summary>
    public const string Role = "serve";

    /// <summary>Serves until its input ends. Each line <c>COLLECTION COUNT</c> is answered when that many changes are made.</summary>
    public static async Task RunAsync(string stateDirectory, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        await using var sandbox = await RunningSandbox.StartAsync(new SandboxOptions { StateDirectory = stateDirectory }, TimeProvider.System, cancellationToken);
        var store = sandbox.Kubernetes.Store;
        await output.WriteLineAsync("ready");
        var next = 0;
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            var (collection, count) = line.Split(' ') is [var name, var number] ? (name, int.Parse(number, CultureInfo.InvariantCulture)) : throw new FormatException(line);
            ObjectKey[] keys = [.. store.Snapshot(collection).Items.Keys];
            for (var i = 0; i < count; i++)
            {
                Change(store, collection, keys[next % keys.Length], next);
                next++;
            }

            await output.WriteLineAsync("done");
        }
    }

    private static void Change(ObjectStore store, string collection, ObjectKey key, int number)
    {
        var current = store.Get(collection, key)!;
        var json = current.Json.Copy();
        json["metadata"]!["annotations"] = new JsonObject { ["bench/change"] = number.ToString(CultureInfo.InvariantCulture) };
        _ = store.TryPut(collection, key, current, json) ?? throw new InvalidOperationException($"{key} changed meanwhile.");
    }
}
