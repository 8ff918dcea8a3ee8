using System.Text.Json.Nodes;

namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>A cluster that serves the widgets of <see cref="Samples"/>; the tests of a class share it and keep to names of their own.</summary>
public sealed class WidgetCluster : IAsyncLifetime
{
    private int _names;

    public Cluster Cluster { get; } = new();

    public RawClient Client => Cluster.Client;

    public string Widgets => Cluster.Widgets;

    public async Task InitializeAsync()
    {
        await Cluster.InitializeAsync();
        _ = await Cluster.ServeWidgetsAsync();
    }

    /// <summary>A name that no other test uses.</summary>
    public string NewName() => $"w{Interlocked.Increment(ref _names)}";

    /// <summary>Path of one widget.</summary>
    public string At(string name) => $"{Widgets}/{name}";

    /// <summary>A red widget, not yet sent.</summary>
    public JsonObject Widget(string name) => Samples.Widget(Cluster.Group, name);

    /// <summary>Creates a widget that is valid unless <paramref name="change"/> makes it otherwise.</summary>
    public Task<Answer> CreateAsync(string name, Action<JsonObject>? change = null, string query = "")
    {
        var widget = Widget(name);
        change?.Invoke(widget);
        return Client.PostAsync(Widgets + query, widget);
    }

    /// <summary>A configuration for server-side apply.</summary>
    public string Configuration(string name, string spec, string moreMetadata = "") =>
        $$"""{"apiVersion":"{{Cluster.Group}}/v1","kind":"Widget","metadata":{"name":"{{name}}"{{moreMetadata}}},"spec":{{spec}}}""";

    public Task DisposeAsync() => Cluster.DisposeAsync();
}
