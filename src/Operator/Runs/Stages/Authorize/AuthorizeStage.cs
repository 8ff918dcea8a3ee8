using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Runs.Stages.Authorize;

/// <summary>
/// Checks what can be checked before anything is started, and pins the source version. It has no effect. The grant itself
/// is judged before every pass (<see cref="GrantGate"/>), so this stage is reached only while it is good.
/// </summary>
public sealed class AuthorizeStage : Stage<AuthorizeObservation>
{
    /// <inheritdoc />
    public override FineTuneRunPhase Phase => FineTuneRunPhase.Authorizing;

    /// <inheritdoc />
    public override string Condition => ConditionTypes.GrantVerified;

    /// <inheritdoc />
    public override void Enter(RunScope scope, DateTimeOffset now) => scope.Status.Attempt ??= 1;

    /// <inheritdoc />
    public override TimeSpan Deadline(FineTuneRunSpec spec) => TimeSpan.FromDays(7);

    /// <inheritdoc />
    public override Task ActAsync(RunScope scope, Effect effect, DateTimeOffset now, CancellationToken cancellationToken) => throw NotMine(effect);

    /// <inheritdoc />
    protected override async Task<AuthorizeObservation> ObserveAsync(RunScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var types = scope.Profile.Training.InstanceTypes;
        if (!types.Contains(scope.Spec.Training.InstanceType))
        {
            // Refused already: the catalog and the storage need not be asked.
            return new AuthorizeObservation(null, null, types);
        }

        var table = await scope.Services.Tables.GetAsync(scope.Spec.Source.Table, cancellationToken);
        var pin = table is null || ReadableTables.Obstacle(table) is not null
            ? null
            : await scope.Services.Storage.PinAsync(table, scope.Spec.Source.Version, cancellationToken);
        return new AuthorizeObservation(table, pin, types);
    }

    /// <inheritdoc />
    protected override void Record(FineTuneRunStatus status, AuthorizeObservation seen, DateTimeOffset now)
    {
        if (seen is { Table: { } table, Pin: { } pin })
        {
            status.Source = new SourceStatus
            {
                TableId = table.TableId,
                Format = table.Format,
                Location = table.Location,
                Version = pin.Version,
            };
        }
    }

    /// <inheritdoc />
    protected override Decision Decide(RunFacts run, AuthorizeObservation seen)
    {
        var type = run.Spec.Training.InstanceType;
        if (!seen.InstanceTypes.Contains(type))
        {
            return new Decision.Fail(
                Reasons.InstanceTypeNotAllowed,
                $"spec.training.instanceType '{type}' is not one that profile '{run.Spec.Profile}' allows; it allows {string.Join(", ", seen.InstanceTypes)}.");
        }

        var name = run.Spec.Source.Table;
        if (seen.Table is not { } table)
        {
            return new Decision.Fail(Reasons.TableNotFound, $"Table '{name}' does not exist, or the grant's principal cannot see it. Check spec.source.table.");
        }

        if (ReadableTables.Obstacle(table) is { } obstacle)
        {
            return new Decision.Fail(Reasons.TableNotReadable, $"Table '{name}' cannot be used as a source: {obstacle}. Materialise it as an external Delta table and use that.");
        }

        return seen.Pin is { } pin
            ? new Decision.Done($"Grant verified; {name} is pinned to version {pin.Version}.")
            : new Decision.Fail(Reasons.SourceChanged, $"Table '{name}' has no version that can be pinned.");
    }
}
