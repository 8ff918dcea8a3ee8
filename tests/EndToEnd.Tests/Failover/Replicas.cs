using GovernedFinetune.EndToEnd.Tests.Support;

namespace GovernedFinetune.EndToEnd.Tests.Failover;

/// <summary>Two operators on one cluster, of which one leads.</summary>
internal sealed class Replicas(World world)
{
    private static readonly string[] Names = ["operator", "operator-2"];

    /// <summary>Has both run, and tells them apart.</summary>
    public async Task<(OperatorProcess Leader, OperatorProcess StandBy)> BothAsync()
    {
        foreach (var replica in Names.Select(world.Operator).Where(replica => replica.HasExited()))
        {
            await replica.StartAsync();
        }

        var holder = "";
        await Patience.UntilAsync(
            async () => Array.IndexOf(Names, holder = NameOf(await HolderAsync())) >= 0,
            () => $"None of the two operators leads; the lease's holder is '{holder}'.");
        return (world.Operator(holder), world.Operator(Names.Single(name => name != holder)));
    }

    /// <summary>Whether a request was made by a replica.</summary>
    public static bool IsOf(LoggedRequest request, OperatorProcess replica) => request.Identity is { } identity && NameOf(identity) == replica.Name;

    private Task<string> HolderAsync() => world.KubectlAsync(
        "get", "lease", "governed-finetune-leader", "-n", "governed-finetune", "--ignore-not-found", "-o", "jsonpath={.spec.holderIdentity}");

    /// <summary>An identity is the pod's name, here the process's, and a random part.</summary>
    private static string NameOf(string identity) => identity.Split('_')[0];
}
