using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Contract.Support;

namespace GovernedFinetune.Compat.Tests.Contract;

public sealed class ListTests(WidgetCluster cluster) : IClassFixture<WidgetCluster>, IAsyncLifetime
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private const string Metadata = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

    private string _widgets = "";

    /// <summary>Lists see a whole namespace, so every test has one of its own.</summary>
    public async Task InitializeAsync() => _widgets = $"/apis/{cluster.Cluster.Group}/v1/namespaces/{await cluster.Cluster.NewNamespaceAsync()}/widgets";

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Pages_show_one_moment_whatever_happens_in_between()
    {
        await CreateAllAsync("a", "b", "c", "d", "e");

        var first = await cluster.Client.GetAsync($"{_widgets}?limit=2");
        Assert.Equal(["a", "b"], first.Names);
        Assert.Equal("3", first.At("metadata.remainingItemCount"));
        (await cluster.Client.DeleteAsync($"{_widgets}/d")).Expect(200);
        await CreateAllAsync("bb");

        var second = await cluster.Client.GetAsync($"{_widgets}?limit=2&continue={first.At("metadata.continue")}");
        Assert.Equal(["c", "d"], second.Names);
        Assert.Equal(first.At("metadata.resourceVersion"), second.At("metadata.resourceVersion"));
        var third = await cluster.Client.GetAsync($"{_widgets}?limit=2&continue={second.At("metadata.continue")}");
        Assert.Equal(["e"], third.Names);
        Assert.Equal("", third.At("metadata.continue") ?? "");
        Assert.Equal(["a", "b", "bb", "c", "e"], (await cluster.Client.GetAsync(_widgets)).Names);
    }

    [Fact]
    public async Task How_many_are_left_is_not_known_where_a_selector_narrows_the_list()
    {
        await CreateAllAsync("a", "b", "c");
        var first = await cluster.Client.GetAsync($"{_widgets}?limit=1&labelSelector=!tier");
        Assert.Equal(["a"], first.Names);
        Assert.NotNull(first.At("metadata.continue"));
        Assert.Null(first.At("metadata.remainingItemCount"));
    }

    [SandboxFact("history is forgotten by its switch; a real server does so every few minutes")]
    public async Task A_page_of_a_moment_that_is_forgotten_is_410()
    {
        await CreateAllAsync("a", "b");
        var first = await cluster.Client.GetAsync($"{_widgets}?limit=1");
        await cluster.Cluster.ForgetHistoryAsync();
        var expired = await cluster.Client.GetAsync($"{_widgets}?limit=1&continue={first.At("metadata.continue")}");
        Assert.Equal((410, "Expired"), expired.Refusal);
    }

    [Theory]
    [InlineData("labelSelector=tier%3Dgold", "a")]
    [InlineData("labelSelector=tier%3D%3Dgold", "a")]
    [InlineData("labelSelector=tier", "a,b")]
    [InlineData("labelSelector=!tier", "c")]
    [InlineData("labelSelector=tier!%3Dgold", "b,c")]
    [InlineData("labelSelector=tier in (gold, silver),app", "a")]
    [InlineData("labelSelector=tier notin (gold)", "b,c")]
    [InlineData("labelSelector=weight > 5", "b")]
    [InlineData("labelSelector=", "a,b,c")]
    [InlineData("fieldSelector=metadata.name%3Db", "b")]
    [InlineData("fieldSelector=metadata.name!%3Db", "a,c")]
    [InlineData("fieldSelector=spec.color%3Dblue", "b")]
    [InlineData("fieldSelector=spec.color!%3Dblue,metadata.name!%3Dc", "a")]
    [InlineData("fieldSelector=spec.color%3Dred&labelSelector=tier", "a")]
    public async Task Selectors_select(string query, string expected)
    {
        await CreateAsync("a", """{"tier":"gold","app":"x"}""", "red");
        await CreateAsync("b", """{"tier":"silver","weight":"7"}""", "blue");
        await CreateAsync("c", """{"weight":"3"}""", "red");
        Assert.Equal(expected, string.Join(',', (await cluster.Client.GetAsync($"{_widgets}?{query}")).Expect(200).Names));
    }

    [Theory]
    [InlineData("labelSelector=a b")]
    [InlineData("labelSelector=a in (")]
    [InlineData("labelSelector=%2F")]
    [InlineData("labelSelector=-a%3Db")]
    [InlineData("labelSelector=a%3D-b-")]
    [InlineData("fieldSelector=spec.size%3D3")]
    [InlineData("fieldSelector=nonsense")]
    [InlineData("limit=x")]
    [InlineData("continue=nonsense")]
    [InlineData("resourceVersion=x")]
    public async Task A_query_that_makes_no_sense_is_a_bad_request(string query)
    {
        var answer = await cluster.Client.GetAsync($"{_widgets}?{query}");
        Assert.Equal((400, "BadRequest"), answer.Refusal);
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Exact")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Never")]
    [InlineData("sendInitialEvents=true")]
    public async Task Versions_that_contradict_each_other_are_invalid(string query)
    {
        var answer = await cluster.Client.GetAsync($"{_widgets}?{query}");
        Assert.Equal((422, "Invalid"), answer.Refusal);
    }

    [Fact]
    public async Task A_list_can_ask_for_any_state_a_state_not_older_and_an_exact_state()
    {
        await CreateAllAsync("a");
        var now = (await cluster.Client.GetAsync(_widgets)).At("metadata.resourceVersion");
        var exact = await cluster.Client.GetAsync($"{_widgets}?resourceVersion={now}&resourceVersionMatch=Exact");
        Assert.Equal((200, now), (exact.Status, exact.At("metadata.resourceVersion")));
        Assert.Equal(["a"], exact.Names);

        await CreateAllAsync("b");
        Assert.Equal(200, (await cluster.Client.GetAsync($"{_widgets}?resourceVersion=0")).Status);
        var later = (await cluster.Client.GetAsync(_widgets)).At("metadata.resourceVersion");
        Assert.Equal(["a", "b"], (await cluster.Client.GetAsync($"{_widgets}?resourceVersion={later}&resourceVersionMatch=NotOlderThan")).Names);
    }

    [Fact]
    public async Task A_state_that_is_yet_to_come_is_refused_with_a_time_to_retry()
    {
        var answer = await cluster.Client.GetAsync($"{_widgets}?resourceVersion=99999999999");
        Assert.Equal((504, "Timeout"), answer.Refusal);
        Assert.Equal("ResourceVersionTooLarge", answer.At("details.causes.0.reason"));
    }

    [Fact]
    public async Task Every_list_names_its_kind_and_only_items_of_custom_resources_name_theirs()
    {
        await CreateAllAsync("a");
        var widgets = await cluster.Client.GetAsync(_widgets);
        Assert.Equal(("WidgetList", $"{cluster.Cluster.Group}/v1", "Widget"), (widgets.At("kind"), widgets.At("apiVersion"), widgets.At("items.0.kind")));

        (await cluster.Client.PostAsync(cluster.Cluster.Core("configmaps"), Samples.ConfigMap("listed"))).Expect(201);
        var maps = await cluster.Client.GetAsync($"{cluster.Cluster.Core("configmaps")}?fieldSelector=metadata.name%3Dlisted");
        Assert.Equal(("ConfigMapList", "v1"), (maps.At("kind"), maps.At("apiVersion")));
        Assert.Equal((null, null, "b"), (maps.At("items.0.kind"), maps.At("items.0.apiVersion"), maps.At("items.0.data.a")));
    }

    [Fact]
    public async Task An_empty_list_has_items_and_a_version()
    {
        var empty = (await cluster.Client.GetAsync(_widgets)).Expect(200);
        Assert.Equal("[]", empty.At("items"));
        Assert.NotNull(empty.At("metadata.resourceVersion"));
    }

    [Fact]
    public async Task A_namespace_that_is_not_there_has_an_empty_list()
    {
        var nowhere = await cluster.Client.GetAsync($"/apis/{cluster.Cluster.Group}/v1/namespaces/nowhere-at-all/widgets");
        Assert.Equal((200, "[]"), (nowhere.Status, nowhere.At("items")));
    }

    [Fact]
    public async Task A_table_has_the_printer_columns_and_the_metadata_of_each_row()
    {
        await CreateAllAsync("a");
        (await cluster.Client.PatchAsync($"{_widgets}/a/status", """{"status":{"conditions":[{"type":"Ready","status":"True","reason":"Done"}]}}""")).Expect(200);

        var table = (await cluster.Client.GetAsync(_widgets, Table)).Expect(200).Json;
        Assert.Equal(("Table", "meta.k8s.io/v1"), (table.At("kind"), table.At("apiVersion")));
        Assert.Equal(["Name/0", "Color/0", "Size/0", "Ready/0", "Reason/1", "Age/0"], table["columnDefinitions"]!.AsArray().Select(c => $"{c!["name"]}/{c["priority"]}"));
        var cells = table["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal(["a", "red", "3", "True", "Done"], cells.Take(5).Select(c => c!.ToString()));
        Assert.Matches("^[0-9]+s$", cells[5]!.ToString());
        Assert.Equal(("PartialObjectMetadata", "a", null), (table.At("rows.0.object.kind"), table.At("rows.0.object.metadata.name"), table.At("rows.0.object.spec")));
    }

    [Fact]
    public async Task A_table_can_hold_whole_objects_or_none_and_missing_values_are_null()
    {
        await CreateAllAsync("a");
        Assert.Equal("red", (await cluster.Client.GetAsync($"{_widgets}?includeObject=Object", Table)).At("rows.0.object.spec.color"));
        var none = await cluster.Client.GetAsync($"{_widgets}?includeObject=None", Table);
        Assert.Null(none.At("rows.0.object"));
        Assert.Null(none.Json["rows"]![0]!["cells"]![3]);
        Assert.Equal("a", (await cluster.Client.GetAsync($"{_widgets}/a", Table)).At("rows.0.cells.0"));
    }

    [Fact]
    public async Task Only_metadata_can_be_listed()
    {
        await CreateAllAsync("a");
        var list = (await cluster.Client.GetAsync(_widgets, Metadata)).Expect(200);
        Assert.Equal(("PartialObjectMetadataList", "meta.k8s.io/v1"), (list.At("kind"), list.At("apiVersion")));
        Assert.Equal(("a", null), (list.At("items.0.metadata.name"), list.At("items.0.spec")));
    }

    [Fact]
    public async Task A_form_that_the_server_does_not_have_is_not_acceptable()
    {
        Assert.Equal((406, "NotAcceptable"), (await cluster.Client.GetAsync(_widgets, "text/html")).Refusal);
    }

    private async Task CreateAllAsync(params string[] names)
    {
        foreach (var name in names)
        {
            (await cluster.Client.PostAsync(_widgets, cluster.Widget(name))).Expect(201);
        }
    }

    private async Task CreateAsync(string name, string labels, string color)
    {
        var widget = cluster.Widget(name);
        widget["metadata"]!["labels"] = JsonNode.Parse(labels);
        widget["spec"]!["color"] = color;
        (await cluster.Client.PostAsync(_widgets, widget)).Expect(201);
    }
}
