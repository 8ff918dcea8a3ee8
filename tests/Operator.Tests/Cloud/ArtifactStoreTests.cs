using System.Text;
using GovernedFinetune.Operator.Cloud.Storage;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Tests.Catalog;

namespace GovernedFinetune.Operator.Tests.Cloud;

public sealed class ArtifactStoreTests : IDisposable
{
    private static readonly S3Location Place = new("artifacts", "runs/7f0c/job.json");
    private readonly FakeS3 _s3 = new();
    private readonly ArtifactStore _store;

    public ArtifactStoreTests() => _store = new ArtifactStore(_s3.Clients.S3, _s3.Caller);

    public void Dispose() => _s3.Dispose();

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public async Task What_is_put_can_be_read_and_replaced()
    {
        await _store.PutAsync(Place, Bytes("one"), "application/json", CancellationToken.None);
        await _store.PutAsync(Place, Bytes("two"), "application/json", CancellationToken.None);
        Assert.Equal("two"u8.ToArray(), await _store.GetAsync(Place, 100, CancellationToken.None));
        Assert.All(_s3.Lines, l => Assert.EndsWith("artifacts/runs/7f0c/job.json", l, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_there_is_nothing()
    {
        Assert.Null(await _store.GetAsync(Place, 100, CancellationToken.None));
    }

    [Fact]
    public async Task A_new_object_is_never_written_over_another()
    {
        Assert.True(await _store.PutNewAsync(Place, Bytes("mine"), "application/json", CancellationToken.None));
        Assert.False(await _store.PutNewAsync(Place, Bytes("other"), "application/json", CancellationToken.None));
        Assert.False(await _store.PutNewAsync(Place, Bytes("me"), "application/json", CancellationToken.None));
        Assert.Equal("mine"u8.ToArray(), _s3.Objects["artifacts/runs/7f0c/job.json"]);
    }

    [Fact]
    public async Task Writing_the_same_bytes_again_after_a_lost_answer_is_success()
    {
        _s3.Objects["artifacts/runs/7f0c/job.json"] = "mine"u8.ToArray();
        Assert.True(await _store.PutNewAsync(Place, Bytes("mine"), "application/json", CancellationToken.None));
    }

    [Fact]
    public async Task An_object_that_is_too_large_is_not_read()
    {
        _s3.Objects["artifacts/runs/7f0c/job.json"] = new byte[101];
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.ManifestInvalid, () => _store.GetAsync(Place, 100, CancellationToken.None));
        Assert.Contains("101 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denial_names_the_action_and_the_object()
    {
        _s3.Denies = _ => true;
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.AccessDenied, () => _store.GetAsync(Place, 100, CancellationToken.None));
        Assert.Contains("s3:GetObject on 's3://artifacts/runs/7f0c/job.json'", failure.Message, StringComparison.Ordinal);
    }
}
