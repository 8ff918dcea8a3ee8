using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class DeletionTests
{
    private const string One = $"{TestCluster.Widgets}/one";
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task A_finalizer_holds_a_deleted_object_until_it_is_removed()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one", w => w["metadata"]!["finalizers"] = new JsonArray("demo.example.com/a", "demo.example.com/b"));

        var marked = await cluster.DeleteAsync(One);
        Assert.Equal((200, "Widget", "2"), (marked.Status, marked.At("kind"), marked.At("metadata.generation")));
        Assert.NotNull(marked.At("metadata.deletionTimestamp"));

        var added = await cluster.PatchAsync(One, """{"metadata":{"finalizers":["demo.example.com/a","demo.example.com/c"]}}""");
        Assert.Equal((422, "metadata.finalizers"), (added.Status, Assert.Single(added.Fields)));

        Assert.Equal(200, (await cluster.PatchAsync(One, """{"metadata":{"finalizers":["demo.example.com/b"]}}""")).Status);
        Assert.Equal(200, (await cluster.GetAsync(One)).Status);
        Assert.Equal(200, (await cluster.PatchAsync(One, """{"metadata":{"finalizers":[]}}""")).Status);
        Assert.Equal(404, (await cluster.GetAsync(One)).Status);
    }

    [Fact]
    public async Task Preconditions_protect_an_object_that_took_the_name()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var made = await cluster.CreateWidgetAsync("one");
        var wrong = await cluster.DeleteAsync(One, JsonNode.Parse("""{"preconditions":{"uid":"other"}}"""));
        Assert.Equal((409, "Conflict"), (wrong.Status, wrong.At("reason")));
        var right = await cluster.DeleteAsync(One, JsonNode.Parse($$$"""{"preconditions":{"uid":"{{{made.At("metadata.uid")}}}"}}"""));
        Assert.Equal((200, "Success"), (right.Status, right.At("status")));
        Assert.Equal(404, (await cluster.DeleteAsync(One)).Status);
    }

    [Theory]
    [InlineData("Background", false)]
    [InlineData("Foreground", false)]
    [InlineData("Orphan", true)]
    public async Task Dependents_go_or_stay_as_asked(string policy, bool stays)
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var owner = await cluster.CreateWidgetAsync("one");
        _ = await cluster.PostAsync(ConfigMaps, Owned("child", owner));

        _ = await cluster.DeleteAsync(One, new JsonObject { ["propagationPolicy"] = policy });
        Assert.Equal(404, (await cluster.GetAsync(One)).Status);
        var child = await cluster.GetAsync($"{ConfigMaps}/child");
        Assert.Equal(stays ? 200 : 404, child.Status);
        if (stays)
        {
            Assert.Null(child.At("metadata.ownerReferences"));
        }
    }

    [Fact]
    public async Task Foreground_deletion_waits_for_a_dependent_that_is_held()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var owner = await cluster.CreateWidgetAsync("one");
        var child = Owned("child", owner);
        child["metadata"]!["finalizers"] = new JsonArray("demo.example.com/hold");
        _ = await cluster.PostAsync(ConfigMaps, child);

        _ = await cluster.DeleteAsync(One, new JsonObject { ["propagationPolicy"] = "Foreground" });
        Assert.Contains("foregroundDeletion", (await cluster.GetAsync(One)).At("metadata.finalizers"), StringComparison.Ordinal);
        _ = await cluster.PatchAsync($"{ConfigMaps}/child", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(404, (await cluster.GetAsync(One)).Status);
    }

    [Fact]
    public async Task A_dependent_whose_owner_is_already_gone_is_collected_and_one_with_another_owner_is_kept()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var (first, second) = (await cluster.CreateWidgetAsync("one"), await cluster.CreateWidgetAsync("two"));
        var shared = Owned("shared", first);
        shared["metadata"]!["ownerReferences"]!.AsArray().Add(Owned("x", second)["metadata"]!["ownerReferences"]![0]!.DeepClone());
        _ = await cluster.PostAsync(ConfigMaps, shared);
        _ = await cluster.DeleteAsync(One);

        Assert.Equal(200, (await cluster.GetAsync($"{ConfigMaps}/shared")).Status);
        _ = await cluster.PostAsync(ConfigMaps, Owned("late", first));
        Assert.Equal(404, (await cluster.GetAsync($"{ConfigMaps}/late")).Status);
    }

    [Fact]
    public async Task A_long_chain_of_owners_is_collected()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        var owner = await cluster.CreateWidgetAsync("one");
        for (var i = 0; i < 200; i++)
        {
            owner = await cluster.PostAsync(ConfigMaps, Owned($"link-{i}", owner));
        }

        _ = await cluster.DeleteAsync(One);
        Assert.Empty((await cluster.GetAsync(ConfigMaps)).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Deleting_a_namespace_deletes_its_contents_and_refuses_new_ones_meanwhile()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.PostAsync("/api/v1/namespaces", JsonNode.Parse("""{"metadata":{"name":"team"}}""")!);
        var home = TestCluster.Widgets.Replace("default", "team", StringComparison.Ordinal);
        var held = Samples.Widget("held");
        held["metadata"]!["finalizers"] = new JsonArray("demo.example.com/hold");
        _ = await cluster.PostAsync(home, held);
        _ = await cluster.PostAsync("/api/v1/namespaces/team/configmaps", Samples.ConfigMap("free"));

        var deleted = await cluster.DeleteAsync("/api/v1/namespaces/team");
        Assert.Equal("Terminating", deleted.At("status.phase"));
        Assert.Equal(404, (await cluster.GetAsync("/api/v1/namespaces/team/configmaps/free")).Status);
        var refused = await cluster.PostAsync(home, Samples.Widget("late"));
        Assert.Equal((403, "NamespaceTerminating"), (refused.Status, refused.At("details.causes.0.reason")));

        _ = await cluster.PatchAsync($"{home}/held", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(404, (await cluster.GetAsync("/api/v1/namespaces/team")).Status);
    }

    [Fact]
    public async Task Deletecollection_takes_selectors()
    {
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one", w => w["metadata"]!["labels"] = new JsonObject { ["go"] = "yes" });
        _ = await cluster.CreateWidgetAsync("two");
        Assert.Equal(200, (await cluster.DeleteAsync($"{TestCluster.Widgets}?labelSelector=go%3Dyes")).Status);
        var left = (await cluster.GetAsync(TestCluster.Widgets)).Json["items"]!.AsArray();
        Assert.Equal("two", Assert.Single(left)!["metadata"]!["name"]!.ToString());
    }

    private static JsonObject Owned(string name, Answer owner)
    {
        var map = Samples.ConfigMap(name);
        map["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = owner.At("apiVersion"),
            ["kind"] = owner.At("kind"),
            ["name"] = owner.At("metadata.name"),
            ["uid"] = owner.At("metadata.uid"),
            ["blockOwnerDeletion"] = true,
        });
        return map;
    }
}
