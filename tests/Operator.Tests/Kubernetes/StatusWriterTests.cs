using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Kubernetes;

public sealed class StatusWriterTests : IDisposable
{
    private readonly CallLog _calls = new();
    private readonly FakeApiServer _api;
    private readonly KubeOps.KubernetesClient.KubernetesClient _client;

    public StatusWriterTests()
    {
        _api = new FakeApiServer(_calls);
        _client = _api.Client();
        _api.Put(Samples.Run());
    }

    public void Dispose() => _client.Dispose();

    private FineTuneRun Stored => _api.Find<FineTuneRun>("credit-risk", "risk-summariser")!;

    private Task<FineTuneRun?> WriteAsync(FineTuneRun run, Action<FineTuneRunStatus> change)
    {
        var after = StatusPatch.Copy(run.Status);
        change(after);
        return new StatusWriter(_client).WriteAsync(run, run.Status, after, r => r.Status, "finetuneruns", CancellationToken.None);
    }

    [Fact]
    public async Task A_status_that_did_not_change_is_not_written()
    {
        var run = Stored;
        Assert.Same(run, await WriteAsync(run, _ => { }));
        Assert.Empty(_calls.Made);
    }

    [Fact]
    public async Task A_change_is_one_patch_and_the_answer_is_the_new_base()
    {
        var stored = await WriteAsync(Stored, s => s.Attempt = 1);
        Assert.Equal(["k8s:PatchStatus finetuneruns"], _calls.Made);
        Assert.Equal((1, Stored.Metadata.ResourceVersion), (stored!.Status.Attempt, stored.Metadata.ResourceVersion));
    }

    [Fact]
    public async Task A_conflict_that_left_the_status_alone_is_written_on_the_new_version()
    {
        var stale = Stored;
        var edited = Stored;
        edited.Spec.Suspend = true;
        _api.Put(edited);

        Assert.Equal(1, (await WriteAsync(stale, s => s.Attempt = 1))!.Status.Attempt);
        Assert.True(Stored.Spec.Suspend);
    }

    [Fact]
    public async Task A_status_that_somebody_else_wrote_is_a_conflict()
    {
        var stale = Stored;
        _ = await WriteAsync(Stored, s => s.Attempt = 5);
        await Assert.ThrowsAsync<StatusConflictException>(() => WriteAsync(stale, s => s.Attempt = 1));
        Assert.Equal(5, Stored.Status.Attempt);
    }

    [Fact]
    public async Task An_object_that_is_gone_or_was_made_again_is_not_written()
    {
        var old = Stored;
        var fresh = Samples.Run();
        fresh.Metadata.Uid = "another-uid";
        _api.Put(fresh);
        Assert.Null(await WriteAsync(old, s => s.Attempt = 1));
        Assert.Null(Stored.Status.Attempt);

        _api.Remove<FineTuneRun>("credit-risk", "risk-summariser");
        Assert.Null(await WriteAsync(old, s => s.Attempt = 1));
    }
}
