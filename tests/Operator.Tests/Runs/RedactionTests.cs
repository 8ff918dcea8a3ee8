using System.Text;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Tests.Fakes;
using k8s;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>What a broken library says in an exception may hold a secret: it reaches no status, event, object or audit line.</summary>
public class RedactionTests
{
    private const string Canary = "c4n4ry-client-secret";

    [Fact]
    public async Task A_secret_in_an_unexpected_exception_of_any_call_stays_out_of_everything_that_is_stored()
    {
        using var undisturbed = await new World().ToEndAsync();
        var calls = undisturbed.Cloud.Calls.Made.Count;
        for (var call = 0; call < calls; call++)
        {
            using var world = new World();
            var at = call;
            world.Cloud.Calls.Fault = new Fault((index, _) => index == at, FaultPoint.BeforeSend, _ => new InvalidOperationException($"Authorization: Basic {Canary}"));
            _ = await world.ToEndAsync();

            Assert.Equal(FineTuneRunPhase.Succeeded, world.Status.Phase);
            Assert.All(world.Stored, s => Assert.DoesNotContain(Canary, KubernetesJson.Serialize(s), StringComparison.Ordinal));
            Assert.All(world.Events, e => Assert.DoesNotContain(Canary, e.Message, StringComparison.Ordinal));
            Assert.All(world.Cloud.State.Objects.Values, o => Assert.DoesNotContain(Canary, Encoding.UTF8.GetString(o), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_job_document_names_the_secret_and_never_holds_one()
    {
        using var world = await new World().ToEndAsync();
        var documents = world.Cloud.State.Objects.Where(o => o.Key.EndsWith("/job.json", StringComparison.Ordinal)).Select(o => Encoding.UTF8.GetString(o.Value)).ToList();
        Assert.Equal(2, documents.Count);
        Assert.All(documents, d => Assert.Contains(Samples.Profile.CredentialSecretId, d, StringComparison.Ordinal));
        Assert.All(documents, d => Assert.DoesNotContain("client_secret", d, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Every_reason_that_is_shown_is_one_of_the_closed_list_or_a_condition()
    {
        string[] known =
        [
            .. typeof(Reasons).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!),
            .. typeof(ConditionTypes).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!),
        ];
        foreach (var scenario in new Func<World>[] { Scenarios.Happy, Scenarios.OneRetry, Scenarios.SuspendAndResume, Scenarios.RevokedInTraining, Scenarios.DeletedInTraining })
        {
            using var world = await scenario().ToEndAsync();
            Assert.All(world.Events, e => Assert.Contains(e.Reason, known));
            Assert.All(world.Stored.SelectMany(s => s.Conditions!), c => Assert.Contains(c.Reason, known));
        }
    }
}
