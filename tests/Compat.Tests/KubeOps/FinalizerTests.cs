using GovernedFinetune.Compat.Tests.Operators.Fakes;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Finalizer;
using Microsoft.Extensions.DependencyInjection;

namespace GovernedFinetune.Compat.Tests.Operators;

public sealed class FinalizerTests
{
    [Fact]
    public async Task A_finalizer_is_attached_before_the_first_reconciliation()
    {
        await using var widgets = await StartAsync();

        await widgets.CreateAsync("a");

        var call = await widgets.Script.NextAsync();
        Assert.Equal((Asked.Reconcile, WidgetFinalizer.Identifier), (call.Asked, call.Widget.Finalizers().Single()));
        Assert.Equal([WidgetFinalizer.Identifier], (await widgets.ReadAsync("a")).Finalizers());
    }

    [Fact]
    public async Task A_conflict_while_it_is_attached_fails_the_look_and_the_next_one_attaches_it()
    {
        await using var widgets = await StartAsync();
        widgets.Server.FailNext(request => request.Is("PUT", $"{Widget.Collection}/a"), 409);

        await widgets.CreateAsync("a");

        Assert.Equal(WidgetFinalizer.Identifier, (await widgets.Script.NextAsync()).Widget.Finalizers().Single());
        Assert.Equal(2, widgets.Server.Requests.Count(request => request.Is("PUT", $"{Widget.Collection}/a")));
        Assert.Equal(2, widgets.Server.Requests.Count(request => request.Is("GET", $"{Widget.Collection}/a")));
    }

    [Fact]
    public async Task Deletion_runs_the_finalizer_and_then_lets_the_object_go()
    {
        await using var widgets = await StartAsync();
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();

        await widgets.Client.DeleteAsync<Widget>("a", "default");

        var finalize = await widgets.Script.NextAsync();
        Assert.Equal(Asked.Finalize, finalize.Asked);
        Assert.NotNull(finalize.Widget.DeletionTimestamp());
        Assert.Equal(Asked.Deleted, (await widgets.Script.NextAsync()).Asked);
        Assert.Null(await widgets.Client.GetAsync<Widget>("a", "default"));
    }

    [Fact]
    public async Task A_finalizer_that_fails_keeps_the_object_and_comes_back_when_it_asks_to()
    {
        await using var widgets = await StartAsync();
        widgets.Script.Answer = Answers.InTurn(
            call => ReconciliationResult<Widget>.Success(call.Widget),
            call => ReconciliationResult<Widget>.Failure(call.Widget, "busy", requeueAfter: TimeSpan.FromMilliseconds(1)),
            call => ReconciliationResult<Widget>.Success(call.Widget));
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();

        await widgets.Client.DeleteAsync<Widget>("a", "default");

        Assert.Equal(Asked.Finalize, (await widgets.Script.NextAsync()).Asked);
        Assert.Equal(Asked.Finalize, (await widgets.Script.NextAsync()).Asked);
        Assert.Equal(Asked.Deleted, (await widgets.Script.NextAsync()).Asked);
    }

    [Fact]
    public async Task A_finalizer_that_fails_for_good_leaves_the_object_terminating()
    {
        await using var widgets = await StartAsync();
        widgets.Script.Answer = Answers.InTurn(
            call => ReconciliationResult<Widget>.Success(call.Widget),
            call => ReconciliationResult<Widget>.Failure(call.Widget, "never"));
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();

        await widgets.Client.DeleteAsync<Widget>("a", "default");

        Assert.Equal(Asked.Finalize, (await widgets.Script.NextAsync()).Asked);
        Assert.Empty(await widgets.SettleAsync());
        Assert.NotNull((await widgets.ReadAsync("a")).DeletionTimestamp());
    }

    [Fact]
    public async Task A_clean_up_that_ends_while_the_host_stops_is_still_written_down()
    {
        await using var widgets = await StartAsync();
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();
        widgets.Script.Answer = async (call, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ReconciliationResult<Widget>.Success(call.Widget);
        };
        await widgets.Client.DeleteAsync<Widget>("a", "default");
        Assert.Equal(Asked.Finalize, (await widgets.Script.NextAsync()).Asked);

        await widgets.StopAsync().Soon();

        Assert.Null(await widgets.Client.GetAsync<Widget>("a", "default"));
    }

    [Fact]
    public async Task Only_the_first_finalizer_of_the_list_is_looked_at()
    {
        await using var widgets = await StartAsync();
        var shared = Widget.Named("a");
        shared.Metadata.Finalizers = ["other.example.com/first"];
        await widgets.Client.CreateAsync(shared);
        await widgets.Script.NextAsync();

        await widgets.Client.DeleteAsync<Widget>("a", "default");
        Assert.Empty(await widgets.SettleAsync());

        await widgets.ChangeAsync("a", widget => widget.RemoveFinalizer("other.example.com/first"));
        Assert.Equal(Asked.Finalize, (await widgets.Script.NextAsync("a")).Asked);
    }

    [Fact]
    public async Task An_object_that_is_being_deleted_is_not_reconciled()
    {
        await using var widgets = await StartAsync(it => it.AutoAttachFinalizers = false);
        var held = Widget.Named("held");
        held.Metadata.Finalizers = ["other.example.com/first"];
        await widgets.Client.CreateAsync(held);
        Assert.Equal(Asked.Reconcile, (await widgets.Script.NextAsync()).Asked);

        await widgets.Client.DeleteAsync<Widget>("held", "default");

        Assert.Empty(await widgets.SettleAsync());
    }

    [Fact]
    public async Task Without_automatic_attachment_the_attacher_attaches_once()
    {
        await using var widgets = await StartAsync(it => it.AutoAttachFinalizers = false);
        var widget = await widgets.CreateAsync("a");
        Assert.Empty((await widgets.Script.NextAsync()).Widget.Finalizers() ?? []);
        var attach = widgets.Services.GetRequiredService<EntityFinalizerAttacher<WidgetFinalizer, Widget>>();

        var attached = await attach(widget);
        var again = await attach(attached);

        Assert.Equal([WidgetFinalizer.Identifier], (await widgets.ReadAsync("a")).Finalizers());
        Assert.Same(attached, again);
    }

    [Fact]
    public async Task Without_automatic_detachment_the_finalizer_stays()
    {
        await using var widgets = await StartAsync(it => it.AutoDetachFinalizers = false);
        await widgets.CreateAsync("a");
        await widgets.Script.NextAsync();

        await widgets.Client.DeleteAsync<Widget>("a", "default");

        Assert.Equal(Asked.Finalize, (await widgets.Script.NextAsync()).Asked);
        Assert.Empty(await widgets.SettleAsync());
        Assert.Equal([WidgetFinalizer.Identifier], (await widgets.ReadAsync("a")).Finalizers());
    }

    [Fact]
    public async Task Registered_under_another_identifier_what_was_attached_has_no_handler()
    {
        await using var widgets = await OperatorUnderTest.StartAsync(parts: parts => parts
            .AddController<WidgetController, Widget>()
            .AddFinalizer<WidgetFinalizer, Widget>("tests.example.com/another"));
        await widgets.CreateAsync("a");
        Assert.Equal([WidgetFinalizer.Identifier], (await widgets.Script.NextAsync()).Widget.Finalizers());

        await widgets.Client.DeleteAsync<Widget>("a", "default");

        Assert.DoesNotContain(await widgets.SettleAsync(), call => call.Asked == Asked.Finalize);
        Assert.NotNull((await widgets.ReadAsync("a")).DeletionTimestamp());
    }

    [Theory]
    [InlineData(typeof(WidgetFinalizer), "tests.example.com/widgetfinalizer")]
    [InlineData(typeof(Cleaner), "tests.example.com/cleanerfinalizer")]
    [InlineData(typeof(AnExtremelyLongNameForAClassThatOnlyCleansUpAfterWidgets), "tests.example.com/anextremelylongnameforaclassthatonlycleansupa")]
    public void The_derived_identifier_is_the_group_and_the_type_cut_to_63_characters(Type type, string identifier)
    {
        var finalizer = (IEntityFinalizer<Widget>)Activator.CreateInstance(type, new Script())!;

        Assert.Equal(identifier, finalizer.GetIdentifierName(new Widget()));
    }

    private static Task<OperatorUnderTest> StartAsync(Action<OperatorSettingsBuilder>? settings = null) =>
        OperatorUnderTest.StartAsync(settings, parts => parts
            .AddController<WidgetController, Widget>()
            .AddFinalizer<WidgetFinalizer, Widget>(WidgetFinalizer.Identifier));

    private abstract class Finalizer(Script script) : IEntityFinalizer<Widget>
    {
        public Task<ReconciliationResult<Widget>> FinalizeAsync(Widget entity, CancellationToken cancellationToken) =>
            script.PlayAsync(new Call(Asked.Finalize, entity, this), cancellationToken);
    }

    private sealed class Cleaner(Script script) : Finalizer(script);

    private sealed class AnExtremelyLongNameForAClassThatOnlyCleansUpAfterWidgets(Script script) : Finalizer(script);
}
