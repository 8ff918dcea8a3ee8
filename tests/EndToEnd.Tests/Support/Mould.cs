using System.Text.Json.Nodes;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>
/// A run as the operator left it, from which others are cast: the same in all but name and uid, so that a restarted
/// operator finds them as it left them. For tests of more runs than the account's rates would let start.
/// </summary>
internal class Mould(KubernetesHttp kubernetes, RunView real)
{
    protected RunView Real => real;

    /// <summary>Takes the mould of a run once it is as wanted.</summary>
    public static async Task<RunView> MakeAsync(World world, JsonObject manifest, Func<RunView, bool> wanted)
    {
        _ = await world.ApplyAsync(manifest);
        return new RunView(await world.WaitForRunAsync(manifest["metadata"]!["name"]!.GetValue<string>(), wanted, "what others are cast from"));
    }

    /// <summary>Casts another one.</summary>
    public async Task<RunView> CastAsync(string name)
    {
        var spec = real.Run["spec"]!.DeepClone();
        spec["registry"]!["model"] = $"finance.ml.{name.Replace('-', '_')}";
        var cast = new RunView(await kubernetes.CreateRunAsync(new JsonObject
        {
            ["apiVersion"] = real.Run["apiVersion"]!.DeepClone(),
            ["kind"] = real.Run["kind"]!.DeepClone(),
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = World.Namespace,
                ["finalizers"] = real.Run["metadata"]!["finalizers"]?.DeepClone(),
            },
            ["spec"] = spec,
        }));
        var status = JsonNode.Parse(For(cast, real.Status!.ToJsonString()))!;
        await PrepareAsync(cast, status);
        return new RunView(await kubernetes.SetStatusAsync(name, status));
    }

    /// <summary>Puts in place what the status speaks of.</summary>
    protected virtual Task PrepareAsync(RunView cast, JsonNode status) => Task.CompletedTask;

    /// <summary>A text of the real run, as it would be the other one's.</summary>
    protected string For(RunView cast, string text) => text
        .Replace(real.Uid, cast.Uid, StringComparison.Ordinal)
        .Replace($"/{real.Name}/", $"/{cast.Name}/", StringComparison.Ordinal)
        .Replace($"\"{real.Name}\"", $"\"{cast.Name}\"", StringComparison.Ordinal)
        .Replace($"{real.Name}-", $"{cast.Name}-", StringComparison.Ordinal);
}
