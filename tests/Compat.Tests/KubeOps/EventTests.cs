using System.Security.Cryptography;
using System.Text;
using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s;
using k8s.Models;
using KubeOps.Abstractions.Events;
using Microsoft.Extensions.DependencyInjection;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class EventTests
{
    [Fact]
    public async Task An_event_is_named_by_the_hash_of_what_it_says()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        var widget = await widgets.CreateAsync("a");

        await Publisher(widgets)(widget, "Ready", "All is well");

        var text = $"{widget.Uid()}.a.default.Ready.All is well.Normal";
        var stored = Assert.Single(await widgets.Client.ListAsync<Corev1Event>("default"));
        Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(text))), stored.Name());
        Assert.Equal(text, stored.GetAnnotation("originalName"));
        Assert.Equal("sha512", stored.GetAnnotation("nameHash"));
        Assert.Equal("Hex String", stored.GetAnnotation("nameEncoding"));
        Assert.Equal(("Ready", "All is well", "Normal", 1), (stored.Reason, stored.Message, stored.Type, stored.Count));
        Assert.Equal(("widget-operator", "widget-operator"), (stored.Source.Component, stored.ReportingComponent));
        Assert.Equal(
            ("Widget", "a", "default", widget.Uid(), "tests.example.com/v1"),
            (stored.InvolvedObject.Kind, stored.InvolvedObject.Name, stored.InvolvedObject.NamespaceProperty,
                stored.InvolvedObject.Uid, stored.InvolvedObject.ApiVersion));
        Assert.NotNull(stored.FirstTimestamp);
        Assert.Equal(stored.FirstTimestamp, stored.LastTimestamp);
        Assert.Contains(widgets.Server.Requests, request => request.Is("POST", "/api/v1/namespaces/default/events"));
    }

    [Fact]
    public async Task The_same_event_again_counts_up_and_another_message_is_another_event()
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        var widget = await widgets.CreateAsync("a");
        var publish = Publisher(widgets);

        await publish(widget, "Failed", "no quota", EventType.Warning);
        await publish(widget, "Failed", "no quota", EventType.Warning);
        await publish(widget, "Failed", "no network", EventType.Warning);

        var stored = await widgets.Client.ListAsync<Corev1Event>("default");
        Assert.Equal(
            [("no network", 1), ("no quota", 2)],
            stored.Select(it => (it.Message, it.Count ?? 0)).Order());
        Assert.All(stored, it => Assert.Equal("Warning", it.Type));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task An_event_that_cannot_be_written_is_no_error_for_the_caller(string method)
    {
        await using var widgets = await OperatorUnderTest.StartAsync();
        var widget = await widgets.CreateAsync("a");
        widgets.Server.FailNext(
            request => request.Method == method && request.Path.Contains("/events", StringComparison.Ordinal), 500);

        await Publisher(widgets)(widget, "Ready", "All is well");

        Assert.Empty(await widgets.Client.ListAsync<Corev1Event>("default"));
    }

    [Fact]
    public async Task Another_event_factory_takes_the_place_of_the_default()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(
            services: services => services.AddSingleton<IEventResourceFactory, OwnNames>());

        await Publisher(widgets)(await widgets.CreateAsync("a"), "Ready", "All is well");

        Assert.Equal("own-name", Assert.Single(await widgets.Client.ListAsync<Corev1Event>("default")).Name());
    }

    private static EventPublisher Publisher(OperatorUnderTest widgets) => widgets.Services.GetRequiredService<EventPublisher>();

    private sealed class OwnNames : IEventResourceFactory
    {
        public Corev1Event CreateEvent(IKubernetesObject<V1ObjectMeta> entity, string reason, string message, EventType type) =>
            new Corev1Event { Metadata = new V1ObjectMeta { Name = "own-name" }, Reason = reason, Message = message }.Initialize();
    }
}
