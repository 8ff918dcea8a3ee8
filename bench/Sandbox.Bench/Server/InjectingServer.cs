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

    /// <summary>How many objects of a collection are changed, in turn.</summary>
    private const int Changing = 100;

    /// <summary>Serves until its input ends. Each line <c>COLLECTION COUNT</c> is answered when that many changes are made.</summary>
    public static async Task RunAsync(string stateDirectory, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        await using var sandbox = await RunningSandbox.StartAsync(new SandboxOptions { StateDirectory = stateDirectory }, TimeProvider.System, cancellationToken);
        var store = sandbox.Kubernetes.Store;
        await output.WriteLineAsync("ready");
        var trees = new Dictionary<string, JsonObject[]>(StringComparer.Ordinal);
        var number = 0;
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            var (collection, count) = line.Split(' ') is [var name, var times] ? (name, int.Parse(times, CultureInfo.InvariantCulture)) : throw new FormatException(line);
            if (!trees.TryGetValue(collection, out var changing))
            {
                trees[collection] = changing = [.. store.Snapshot(collection).Items.Values.Take(Changing).Select(o => o.Json.Copy())];
            }

            for (var i = 0; i < count; i++)
            {
                Change(store, collection, changing[number % changing.Length], number);
                number++;
            }

            await output.WriteLineAsync("done");
        }
    }

    /// <summary>Writes a tree out with one annotation changed. Nobody but the store has the tree, and nobody reads it there: so it is used again and again.</summary>
    private static void Change(ObjectStore store, string collection, JsonObject tree, int number)
    {
        var metadata = tree["metadata"]!;
        metadata["annotations"] = new JsonObject { ["bench/change"] = number.ToString(CultureInfo.InvariantCulture) };
        var key = new ObjectKey(metadata.Text("namespace") ?? "", metadata.Text("name")!);
        _ = store.TryPut(collection, key, store.Get(collection, key), tree) ?? throw new InvalidOperationException($"{key} changed meanwhile.");
    }
}
