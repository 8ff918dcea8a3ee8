using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>The outside world in memory: every port of a run over one <see cref="CloudState"/>, every call in one log.</summary>
internal sealed class FakeCloud : IRunServicesFactory
{
    private readonly RunServices _services;

    public FakeCloud(TimeProvider clock, CloudState state)
    {
        Clock = clock;
        State = state;
        _services = new RunServices(
            new FakeTables(this), new FakeModels(this), new FakeLineage(this), new FakeStorage(this),
            new FakeArtifacts(this), new FakePrepareJobs(this), new FakeTrainingJobs(this));
    }

    public TimeProvider Clock { get; }

    public CloudState State { get; set; }

    public CallLog Calls { get; } = new();

    /// <summary>Called before each effect that a grant has to allow, with its name.</summary>
    public Action<string> BeforeGovernedEffect { get; set; } = _ => { };

    /// <summary>What lists have shown of training jobs under way; nothing unless a test says so.</summary>
    public Func<string, TrainingJob?> Listed { get; set; } = _ => null;

    public RunServices Services => _services;

    public RunServices For(Profile profile) => _services;

    public Task<T> ReadAsync<T>(string name, Func<CloudState, T> answer) => Calls.MakeAsync(name, () => answer(State));

    /// <summary>An effect that a grant has to allow.</summary>
    public Task<T> GovernedAsync<T>(string name, Func<CloudState, (CloudState After, T Answer)> effect)
    {
        return Calls.MakeAsync(name, () =>
        {
            BeforeGovernedEffect(name);
            return Apply(effect);
        });
    }

    /// <summary>An effect on what is the operator's own, or one that only stops something.</summary>
    public Task<T> EffectAsync<T>(string name, Func<CloudState, (CloudState After, T Answer)> effect) => Calls.MakeAsync(name, () => Apply(effect));

    private T Apply<T>(Func<CloudState, (CloudState After, T Answer)> effect)
    {
        (State, var answer) = effect(State);
        return answer;
    }
}
