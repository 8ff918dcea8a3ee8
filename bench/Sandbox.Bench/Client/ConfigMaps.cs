namespace GovernedFinetune.Bench.Client;

/// <summary>Small objects, of a few hundred bytes: what an event costs whatever its size.</summary>
internal static class ConfigMaps
{
    /// <summary>Their collection, as the store calls it.</summary>
    public const string Collection = "configmaps";

    /// <summary>Their path.</summary>
    public const string Path = "/api/v1/namespaces/default/configmaps";

    private const int Count = 100;

    public static async Task MakeAsync(KubeClient client, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Count; i++)
        {
            await client.SendAsync(HttpMethod.Post, Path, $$$"""{"metadata":{"name":"small-{{{i}}}"},"data":{"value":"x"}}""", "application/json", cancellationToken);
        }
    }
}
