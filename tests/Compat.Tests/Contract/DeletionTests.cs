using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

public sealed class DeletionTests(WidgetCluster cluster) : IClassFixture<WidgetCluster>
{
    private readonly string _name = cluster.NewName();

    private string One => cluster.At(_name);

    private string Maps => cluster.Cluster.Core("configmaps");

    [Fact]
    public async Task What_nothing_holds_is_gone_at_once_and_the_answer_names_it()
    {
        var made = (await cluster.CreateAsync(_name)).Expect(201);
        var deleted = (await cluster.Client.DeleteAsync(One)).Expect(200);
        Assert.Equal(("Status", "Success"), (deleted.At("kind"), deleted.At("status")));
        Assert.Equal((_name, "widgets", cluster.Cluster.Group, made.At("metadata.uid")), (deleted.At("details.name"), deleted.At("details.kind"), deleted.At("details.group"), deleted.At("details.uid")));
        Assert.Equal((404, "NotFound"), (await cluster.Client.DeleteAsync(One)).Refusal);
    }

    [Fact]
    public async Task A_finalizer_holds_an_object_until_it_is_removed()
    {
        (await cluster.CreateAsync(_name, w => w["metadata"]!["finalizers"] = new JsonArray("example.com/hold"))).Expect(201);
        var held = (await cluster.Client.DeleteAsync(One)).Expect(200);
        Assert.Equal(("Widget", "2", "0"), (held.At("kind"), held.At("metadata.generation"), held.At("metadata.deletionGracePeriodSeconds")));
        var marked = held.At("metadata.deletionTimestamp");
        Assert.NotNull(marked);

        var again = (await cluster.Client.DeleteAsync(One)).Expect(200);
        Assert.Equal((marked, "2"), (again.At("metadata.deletionTimestamp"), again.At("metadata.generation")));
        (await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""")).Expect(200);
        (await cluster.Client.PatchAsync($"{One}/status", """{"status":{"phase":"Going"}}""")).Expect(200);

        var last = (await cluster.Client.PatchAsync(One, """{"metadata":{"finalizers":null}}""")).Expect(200);
        Assert.Equal(("Going", null), (last.At("status.phase"), last.At("metadata.finalizers")));
        Assert.Equal(404, (await cluster.Client.GetAsync(One)).Status);
    }

    [Fact]
    public async Task No_finalizer_can_be_added_to_an_object_that_is_being_deleted()
    {
        (await cluster.CreateAsync(_name, w => w["metadata"]!["finalizers"] = new JsonArray("example.com/hold"))).Expect(201);
        (await cluster.Client.DeleteAsync(One)).Expect(200);
        var refused = await cluster.Client.PatchAsync(One, """{"metadata":{"finalizers":["example.com/hold","example.com/more"]}}""");
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.All(refused.Fields, field => Assert.Equal("metadata.finalizers", field));
        Assert.Contains("no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/more\"}", refused.At("message"), StringComparison.Ordinal);
        (await cluster.Client.PatchAsync(One, """{"metadata":{"finalizers":[]}}""")).Expect(200);
    }

    [Fact]
    public async Task A_finalizer_without_a_domain_is_allowed_with_a_warning_and_one_with_a_bad_name_is_not()
    {
        var made = (await cluster.CreateAsync(_name, w => w["metadata"]!["finalizers"] = new JsonArray("hold"))).Expect(201);
        Assert.Contains("prefer a domain-qualified finalizer name", Assert.Single(made.Warnings), StringComparison.Ordinal);
        (await cluster.Client.PatchAsync(One, """{"metadata":{"finalizers":[]}}""")).Expect(200);
        Assert.Equal((422, "Invalid"), (await cluster.Client.PatchAsync(One, """{"metadata":{"finalizers":["a/b/c"]}}""")).Refusal);
    }

    [Fact]
    public async Task Preconditions_are_checked()
    {
        var made = (await cluster.CreateAsync(_name)).Expect(201);
        (await cluster.Client.PatchAsync(One, """{"spec":{"size":4}}""")).Expect(200);
        var uid = await cluster.Client.DeleteAsync(One, JsonNode.Parse("""{"preconditions":{"uid":"11111111-2222-3333-4444-555555555555"}}"""));
        Assert.Equal((409, "Conflict"), uid.Refusal);
        var version = await cluster.Client.DeleteAsync(One, new JsonObject { ["preconditions"] = new JsonObject { ["resourceVersion"] = made.At("metadata.resourceVersion") } });
        Assert.Equal((409, "Conflict"), version.Refusal);
        var now = await cluster.Client.GetAsync(One);
        (await cluster.Client.DeleteAsync(One, new JsonObject
        {
            ["kind"] = "DeleteOptions",
            ["apiVersion"] = "v1",
            ["preconditions"] = new JsonObject { ["uid"] = now.At("metadata.uid"), ["resourceVersion"] = now.At("metadata.resourceVersion") },
        })).Expect(200);
    }

    [Theory]
    [InlineData("?propagationPolicy=Sometimes", null, 422)]
    [InlineData("", """{"propagationPolicy":"Sometimes"}""", 422)]
    [InlineData("", """{"propagationPolicy":"Orphan","orphanDependents":true}""", 422)]
    [InlineData("", """{"dryRun":["Some"]}""", 422)]
    [InlineData("", """{"kind":"Foo","apiVersion":"v1"}""", 400)]
    [InlineData("", "nonsense", 400)]
    public async Task Options_that_make_no_sense_are_refused(string query, string? body, int status)
    {
        (await cluster.CreateAsync(_name)).Expect(201);
        Assert.Equal(status, (await cluster.Client.SendAsync(HttpMethod.Delete, One + query, body)).Status);
        Assert.Equal(200, (await cluster.Client.GetAsync(One)).Status);
    }

    [Fact]
    public async Task A_collection_is_deleted_as_its_selector_says()
    {
        foreach (var (name, tier) in new[] { ("a", "gold"), ("b", "silver"), ("c", "gold") })
        {
            (await cluster.CreateAsync($"{_name}-{name}", w => w["metadata"]!["labels"] = new JsonObject { ["test"] = _name, ["tier"] = tier })).Expect(201);
        }

        (await cluster.Client.DeleteAsync($"{cluster.Widgets}?labelSelector=test%3D{_name},tier%3Dgold")).Expect(200);
        Assert.Equal([$"{_name}-b"], (await cluster.Client.GetAsync($"{cluster.Widgets}?labelSelector=test%3D{_name}")).Names);
    }

    [Fact]
    public async Task Dependents_follow_their_owner()
    {
        var owner = await OwnerAsync();
        await DependentAsync("follower", owner);
        (await cluster.Client.DeleteAsync($"{Maps}/{_name}")).Expect(200);
        _ = await cluster.Client.GoneAsync($"{Maps}/{_name}-follower");
    }

    [Fact]
    public async Task Dependents_with_another_owner_stay()
    {
        var owner = await OwnerAsync();
        var other = (await cluster.Client.PostAsync(Maps, Samples.ConfigMap($"{_name}-other"))).Expect(201);
        await DependentAsync("shared", owner, other);
        await DependentAsync("follower", owner);
        (await cluster.Client.DeleteAsync($"{Maps}/{_name}")).Expect(200);
        _ = await cluster.Client.GoneAsync($"{Maps}/{_name}-follower");
        var shared = await Eventually.GetAsync(() => cluster.Client.GetAsync($"{Maps}/{_name}-shared"), a => a.Json["metadata"]!["ownerReferences"]!.AsArray().Count == 1);
        Assert.Equal(other.At("metadata.uid"), shared.At("metadata.ownerReferences.0.uid"));
    }

    [Fact]
    public async Task Orphans_stay_and_forget_their_owner()
    {
        var owner = await OwnerAsync();
        await DependentAsync("orphan", owner);
        (await cluster.Client.DeleteAsync($"{Maps}/{_name}?propagationPolicy=Orphan")).Expect(200);
        _ = await cluster.Client.GoneAsync($"{Maps}/{_name}");
        Assert.Null((await cluster.Client.GetAsync($"{Maps}/{_name}-orphan")).Expect(200).At("metadata.ownerReferences"));
    }

    [Fact]
    public async Task In_the_foreground_the_owner_waits_for_the_dependents_that_block_it()
    {
        var owner = await OwnerAsync();
        await DependentAsync("blocker", owner);
        (await cluster.Client.PatchAsync($"{Maps}/{_name}-blocker", """{"metadata":{"finalizers":["example.com/hold"]}}""")).Expect(200);

        // A real collector learns of the new dependent from its own watch; until then the owner may go without it.
        var held = await Eventually.GetAsync(
            () => cluster.Client.DeleteAsync($"{Maps}/{_name}", JsonNode.Parse("""{"propagationPolicy":"Foreground"}""")),
            a => a.Status == 200);
        Assert.Equal("foregroundDeletion", held.At("metadata.finalizers.0"));
        _ = await Eventually.GetAsync(() => cluster.Client.GetAsync($"{Maps}/{_name}-blocker"), a => a.At("metadata.deletionTimestamp") is not null);
        Assert.Equal(200, (await cluster.Client.GetAsync($"{Maps}/{_name}")).Status);

        (await cluster.Client.PatchAsync($"{Maps}/{_name}-blocker", """{"metadata":{"finalizers":null}}""")).Expect(200);
        _ = await cluster.Client.GoneAsync($"{Maps}/{_name}");
    }

    [Fact]
    public async Task An_object_whose_owner_is_gone_already_is_collected()
    {
        var owner = await OwnerAsync();
        (await cluster.Client.DeleteAsync($"{Maps}/{_name}")).Expect(200);
        await DependentAsync("late", owner);
        _ = await cluster.Client.GoneAsync($"{Maps}/{_name}-late");
    }

    [Theory]
    [InlineData("""{"kind":"ConfigMap","name":"x","uid":"1"}""", "metadata.ownerReferences.apiVersion")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":""}""", "metadata.ownerReferences.uid")]
    public async Task An_owner_is_named_in_full(string reference, string field)
    {
        var map = Samples.ConfigMap(_name);
        map["metadata"]!["ownerReferences"] = new JsonArray(JsonNode.Parse(reference));
        var refused = await cluster.Client.PostAsync(Maps, map);
        Assert.Equal((422, "Invalid"), refused.Refusal);
        Assert.Contains(field, refused.Fields);
    }

    [Fact]
    public async Task A_namespace_goes_after_everything_in_it_and_takes_nothing_new()
    {
        var space = await cluster.Cluster.NewNamespaceAsync();
        var maps = $"/api/v1/namespaces/{space}/configmaps";
        var widgets = cluster.Widgets.Replace(cluster.Cluster.Namespace, space, StringComparison.Ordinal);
        (await cluster.Client.PostAsync(maps, Samples.ConfigMap("inside"))).Expect(201);
        var held = cluster.Widget("held");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        (await cluster.Client.PostAsync(widgets, held)).Expect(201);

        var marked = (await cluster.Client.DeleteAsync($"/api/v1/namespaces/{space}")).Expect(200);
        Assert.Equal(("Namespace", "Terminating"), (marked.At("kind"), marked.At("status.phase")));
        var refused = await cluster.Client.PostAsync(maps, Samples.ConfigMap("late"));
        Assert.Equal((403, "Forbidden"), refused.Refusal);
        Assert.Equal("NamespaceTerminating", refused.At("details.causes.0.reason"));
        _ = await cluster.Client.GoneAsync($"{maps}/inside");
        _ = await Eventually.GetAsync(() => cluster.Client.GetAsync($"{widgets}/held"), a => a.At("metadata.deletionTimestamp") is not null);
        Assert.Equal(200, (await cluster.Client.GetAsync($"/api/v1/namespaces/{space}")).Status);

        (await cluster.Client.PatchAsync($"{widgets}/held", """{"metadata":{"finalizers":null}}""")).Expect(200);
        _ = await cluster.Client.GoneAsync($"/api/v1/namespaces/{space}");
    }

    [Fact]
    public async Task The_default_namespace_cannot_be_deleted()
    {
        Assert.Equal((403, "Forbidden"), (await cluster.Client.DeleteAsync("/api/v1/namespaces/default?dryRun=All")).Refusal);
    }

    private async Task<Answer> OwnerAsync() => (await cluster.Client.PostAsync(Maps, Samples.ConfigMap(_name))).Expect(201);

    private async Task DependentAsync(string name, params Answer[] owners)
    {
        var map = Samples.ConfigMap($"{_name}-{name}");
        map["metadata"]!["ownerReferences"] = new JsonArray([.. owners.Select(o => (JsonNode)new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["name"] = o.At("metadata.name"),
            ["uid"] = o.At("metadata.uid"),
            ["blockOwnerDeletion"] = true,
        })]);
        (await cluster.Client.PostAsync(Maps, map)).Expect(201);
    }
}
