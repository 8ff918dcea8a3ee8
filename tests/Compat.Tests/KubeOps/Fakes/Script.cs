using System.Threading.Channels;
using KubeOps.Abstractions.Reconciliation;
using KubeOps.Abstractions.Reconciliation.Controller;
using KubeOps.Abstractions.Reconciliation.Finalizer;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>What was asked of the operator's own code.</summary>
public enum Asked
{
    Reconcile,
    Deleted,
    Finalize,
}

/// <summary>One call of the operator's own code: which instance was called, with the object as handed over.</summary>
public sealed record Call(Asked Asked, Widget Widget, object Handler);

/// <summary>Says what controller and finalizer do, and tells the test what they were asked.</summary>
public sealed class Script
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

    /// <summary>What to answer; by default, success without coming back.</summary>
    public Func<Call, CancellationToken, Task<ReconciliationResult<Widget>>> Answer { get; set; } =
        (call, _) => Task.FromResult(ReconciliationResult<Widget>.Success(call.Widget));

    public Task<Call> NextAsync() => _calls.Reader.ReadAsync().AsTask().Soon();

    /// <summary>The next call for one object; calls for other objects in between are passed over.</summary>
    public async Task<Call> NextAsync(string name)
    {
        while (true)
        {
            var call = await NextAsync();
            if (call.Widget.Metadata.Name == name)
            {
                return call;
            }
        }
    }

    internal Task<ReconciliationResult<Widget>> PlayAsync(Call call, CancellationToken cancellationToken)
    {
        _calls.Writer.TryWrite(call);
        return Answer(call, cancellationToken);
    }
}

public sealed class WidgetController(Script script) : IEntityController<Widget>
{
    public Task<ReconciliationResult<Widget>> ReconcileAsync(Widget entity, CancellationToken cancellationToken) =>
        script.PlayAsync(new Call(Asked.Reconcile, entity, this), cancellationToken);

    public Task<ReconciliationResult<Widget>> DeletedAsync(Widget entity, CancellationToken cancellationToken) =>
        script.PlayAsync(new Call(Asked.Deleted, entity, this), cancellationToken);
}

public sealed class WidgetFinalizer(Script script) : IEntityFinalizer<Widget>
{
    public const string Identifier = "tests.example.com/widgetfinalizer";

    public Task<ReconciliationResult<Widget>> FinalizeAsync(Widget entity, CancellationToken cancellationToken) =>
        script.PlayAsync(new Call(Asked.Finalize, entity, this), cancellationToken);
}
