using System.Net;
using System.Text.Json.Nodes;
using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s.Autorest;
using k8s.Models;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class ClientWriteTests : ClientUnderTest
{
    [Fact]
    public async Task A_body_is_camel_case_json_without_nulls()
    {
        await Client.CreateAsync(Widget.Named("a"));

        var request = Assert.Single(Server.Requests);
        Assert.True(request.Is("POST", Widget.Collection));
        Assert.Equal("application/json; charset=utf-8", request.ContentType);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                {
                  "apiVersion": "tests.example.com/v1", "kind": "Widget",
                  "metadata": {"name": "a", "namespace": "default"}, "spec": {"color": "red"}, "status": {}
                }
                """),
            request.Json));
    }

    [Fact]
    public async Task Creating_an_object_twice_is_a_conflict()
    {
        await Client.CreateAsync(Widget.Named("a"));

        await AssertStatus(HttpStatusCode.Conflict, () => Client.CreateAsync(Widget.Named("a")));
    }

    [Fact]
    public async Task A_cluster_wide_object_is_written_without_a_namespace()
    {
        var planet = await Client.CreateAsync(Planet.Named("earth"));
        planet.Spec.Color = "blue";
        await Client.UpdateAsync(planet);
        await Client.DeleteAsync(planet);

        Assert.Equal(
            [
                "POST /apis/tests.example.com/v1beta1/planets",
                "PUT /apis/tests.example.com/v1beta1/planets/earth",
                "DELETE /apis/tests.example.com/v1beta1/planets/earth",
            ],
            Server.Requests.Select(request => $"{request.Method} {request.Path}"));
    }

    [Fact]
    public async Task An_update_with_a_stale_version_is_a_conflict()
    {
        var first = await Client.CreateAsync(Widget.Named("a"));
        var second = (await Client.GetAsync<Widget>("a", "default"))!;
        second.Spec.Color = "blue";
        await Client.UpdateAsync(second);

        first.Spec.Color = "green";
        await AssertStatus(HttpStatusCode.Conflict, () => Client.UpdateAsync(first));
        await AssertStatus(HttpStatusCode.Conflict, () => Client.UpdateStatusAsync(first));
    }

    [Fact]
    public async Task A_status_update_goes_to_the_subresource_and_leaves_the_spec()
    {
        var widget = await Client.CreateAsync(Widget.Named("a"));
        widget.Status.Phase = "Ready";
        widget.Spec.Color = "ignored";

        var stored = await Client.UpdateStatusAsync(widget);

        Assert.Equal(("Ready", "red"), (stored.Status.Phase, stored.Spec.Color));
        Assert.True(Server.Requests[^1].Is("PUT", $"{Widget.Collection}/a/status"));
    }

    [Fact]
    public async Task Save_creates_and_then_overwrites_whatever_was_written_in_between()
    {
        var mine = await Client.SaveAsync(Widget.Named("a"));
        var theirs = (await Client.GetAsync<Widget>("a", "default"))!;
        theirs.Spec.Color = "blue";
        await Client.UpdateAsync(theirs);

        mine.Spec.Color = "green";
        var saved = await Client.SaveAsync(mine);

        Assert.Equal("green", saved.Spec.Color);
    }

    [Fact]
    public async Task A_merge_patch_carries_its_content_type_and_only_what_it_changes()
    {
        var widget = await Client.CreateAsync(Widget.Named("a"));
        var patch = new V1Patch(new Dictionary<string, object> { ["spec"] = new { size = 3 } }, V1Patch.PatchType.MergePatch);

        var patched = await Client.PatchAsync(widget, patch, fieldManager: "tests", dryRun: "All");

        Assert.Equal(("red", 3), (patched.Spec.Color, patched.Spec.Size));
        var request = Server.Requests[^1];
        Assert.True(request.Is("PATCH", $"{Widget.Collection}/a"));
        Assert.Equal("application/merge-patch+json; charset=utf-8", request.ContentType);
        Assert.Equal("""{"spec":{"size":3}}""", request.Body);
        Assert.Contains("fieldManager=tests", request.Query, StringComparison.Ordinal);
        Assert.Contains("dryRun=All", request.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(V1Patch.PatchType.JsonPatch, "application/json-patch+json; charset=utf-8")]
    [InlineData(V1Patch.PatchType.StrategicMergePatch, "application/strategic-merge-patch+json; charset=utf-8")]
    [InlineData(V1Patch.PatchType.ApplyPatch, "application/apply-patch+yaml; charset=utf-8")]
    public async Task Every_kind_of_patch_has_its_content_type(V1Patch.PatchType type, string contentType)
    {
        Server.FailNext(request => request.Method == "PATCH", 422);

        await AssertStatus(
            HttpStatusCode.UnprocessableEntity,
            () => Client.PatchAsync<Widget>(new V1Patch("{}", type), "a", "default", "tests", force: true));

        Assert.Equal(contentType, Assert.Single(Server.Requests).ContentType);
        Assert.Contains("force=true", Assert.Single(Server.Requests).Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleting_removes_an_object_or_marks_it_when_a_finalizer_holds_it()
    {
        await Client.CreateAsync(Widget.Named("free"));
        var held = Widget.Named("held");
        held.Metadata.Finalizers = ["tests.example.com/other"];
        await Client.CreateAsync(held);

        await Client.DeleteAsync<Widget>("free", "default");
        await Client.DeleteAsync<Widget>("held", "default");

        Assert.Null(await Client.GetAsync<Widget>("free", "default"));
        Assert.NotNull((await Client.GetAsync<Widget>("held", "default"))!.Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task Deleting_what_is_not_there_is_no_error_but_a_refusal_is()
    {
        await Client.DeleteAsync<Widget>("nobody", "default");

        Server.FailNext(request => request.Method == "DELETE", 403);
        await AssertStatus(HttpStatusCode.Forbidden, () => Client.DeleteAsync<Widget>("nobody", "default"));
    }

    [Fact]
    public async Task A_disposedClient_refuses_to_work()
    {
        Client.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Client.GetAsync<Widget>("a", "default"));
    }

    private static async Task AssertStatus(HttpStatusCode expected, Func<Task> call) => Assert.Equal(
        expected,
        (await Assert.ThrowsAsync<HttpOperationException>(call)).Response.StatusCode);
}
