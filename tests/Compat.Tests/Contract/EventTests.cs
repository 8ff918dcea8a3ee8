using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

/// <summary>Events, which one store keeps and two groups show.</summary>
public sealed class EventTests(Cluster cluster) : IClassFixture<Cluster>
{
    private string Core => cluster.Core("events");

    private string Group => $"/apis/events.k8s.io/v1/namespaces/{cluster.Namespace}/events";

    [Fact]
    public async Task An_event_of_the_core_group_is_one_of_the_other_group_too()
    {
        (await cluster.Client.PostAsync(Core, CoreEvent("core"))).Expect(201);
        var shown = (await cluster.Client.GetAsync($"{Group}/core")).Expect(200);
        Assert.Equal(("Event", "events.k8s.io/v1"), (shown.At("kind"), shown.At("apiVersion")));
        Assert.Equal(("x", "All is well", "3", "operator"), (shown.At("regarding.name"), shown.At("note"), shown.At("deprecatedCount"), shown.At("deprecatedSource.component")));
        (await cluster.Client.PatchAsync($"{Core}/core", """{"count":4}""")).Expect(200);
        Assert.Equal("4", (await cluster.Client.GetAsync($"{Group}/core")).At("deprecatedCount"));
    }

    [Fact]
    public async Task An_event_of_the_newer_group_is_a_core_one_too()
    {
        (await cluster.Client.PostAsync(Group, NewEvent("newer"))).Expect(201);
        var shown = (await cluster.Client.GetAsync($"{Core}/newer")).Expect(200);
        Assert.Equal(("x", "All is well", "example.com/operator"), (shown.At("involvedObject.name"), shown.At("message"), shown.At("reportingComponent")));
        Assert.Equal("2026-01-01T00:00:00.000000Z", shown.At("eventTime"));
    }

    [Fact]
    public async Task Events_are_selected_by_what_they_are_about()
    {
        (await cluster.Client.PostAsync(Core, CoreEvent("selected", about: "selected-object"))).Expect(201);
        (await cluster.Client.PostAsync(Core, CoreEvent("unselected"))).Expect(201);
        Assert.Equal(["selected"], (await cluster.Client.GetAsync($"{Core}?fieldSelector=involvedObject.name%3Dselected-object,involvedObject.kind%3DConfigMap,reason%3DReady,type%3DNormal")).Expect(200).Names);
    }

    [Theory]
    [InlineData("eventTime", null)]
    [InlineData("reportingController", null)]
    [InlineData("reportingInstance", null)]
    [InlineData("action", null)]
    [InlineData("reason", null)]
    [InlineData("type", "Curious")]
    public async Task The_newer_group_asks_for_more(string field, string? value)
    {
        var sent = NewEvent("wrong");
        sent[field] = value;
        Assert.Equal((422, "Invalid"), (await cluster.Client.PostAsync(Group, sent)).Refusal);
    }

    [Fact]
    public async Task An_event_is_in_the_namespace_of_what_it_is_about()
    {
        var sent = CoreEvent("elsewhere");
        sent["involvedObject"]!["namespace"] = "default";
        Assert.Equal((422, "Invalid"), (await cluster.Client.PostAsync(Core, sent)).Refusal);
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00Z")]
    [InlineData("2026-01-01T00:00:00.123Z")]
    public async Task The_time_of_an_event_takes_exactly_six_digits_of_a_second(string time)
    {
        var sent = NewEvent("time");
        sent["eventTime"] = time;
        Assert.Equal((400, "BadRequest"), (await cluster.Client.PostAsync(Group, sent)).Refusal);
    }

    private JsonObject CoreEvent(string name, string about = "x") => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["involvedObject"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["name"] = about, ["namespace"] = cluster.Namespace },
        ["reason"] = "Ready",
        ["message"] = "All is well",
        ["type"] = "Normal",
        ["count"] = 3,
        ["source"] = new JsonObject { ["component"] = "operator" },
        ["firstTimestamp"] = "2026-01-01T00:00:00Z",
        ["lastTimestamp"] = "2026-01-01T00:00:00Z",
    };

    private JsonObject NewEvent(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["regarding"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["name"] = "x", ["namespace"] = cluster.Namespace },
        ["reason"] = "Ready",
        ["note"] = "All is well",
        ["type"] = "Normal",
        ["action"] = "Look",
        ["eventTime"] = "2026-01-01T00:00:00.000000Z",
        ["reportingController"] = "example.com/operator",
        ["reportingInstance"] = "operator-1",
    };
}
