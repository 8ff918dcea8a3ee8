using System.Security.Cryptography;
using GovernedFinetune.Operator.Catalog.Storage;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Cloud;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class ModelUploadTests : IDisposable
{
    private const int Part = VerifiedUpload.PartBytes;
    private static readonly S3Location From = new("artifacts", "out/model");
    private static readonly ModelVersion Target = new("finance.ml.risk", "3", ModelVersionState.Pending, "s3://governed/models/3", "7f0c", []);
    private readonly FakeS3 _s3 = new();
    private readonly FakeVendor _vendor;
    private readonly GovernedStorage _storage;

    public ModelUploadTests()
    {
        _vendor = new FakeVendor(_s3);
        _storage = new GovernedStorage(_vendor, _s3.Clients, _s3.Caller, _s3.Clock);
    }

    public void Dispose() => _s3.Dispose();

    private ManifestFile Put(string path, int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        _s3.Objects[$"artifacts/out/model/{path}"] = content;
        return new ManifestFile(path, bytes, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    private Task UploadAsync(params ManifestFile[] files) => _storage.UploadModelAsync(Target, From, files, CancellationToken.None);

    private void AssertNothingIsVisible()
    {
        Assert.DoesNotContain(_s3.Objects.Keys, k => k.StartsWith("governed/", StringComparison.Ordinal));
        Assert.Empty(_s3.UnfinishedUploads);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(Part)]
    [InlineData(Part + 1)]
    [InlineData((3 * Part) - 5)]
    public async Task A_file_of_any_size_arrives_as_it_was(int bytes)
    {
        await UploadAsync(Put("weights/adapter.bin", bytes));
        Assert.Equal(_s3.Objects["artifacts/out/model/weights/adapter.bin"], _s3.Objects["governed/models/3/weights/adapter.bin"]);
        Assert.True(_s3.LargestBody <= Part);
        Assert.Empty(_s3.UnfinishedUploads);
    }

    [Fact]
    public async Task A_small_file_is_one_request_and_a_large_one_goes_in_parts()
    {
        await UploadAsync(Put("MLmodel", 10), Put("model.bin", (2 * Part) + 1));
        Assert.Equal(
            [
                "GET artifacts/out/model/MLmodel", "PUT governed/models/3/MLmodel",
                "GET artifacts/out/model/model.bin", "POST governed/models/3/model.bin",
                "PUT governed/models/3/model.bin part 1", "PUT governed/models/3/model.bin part 2", "PUT governed/models/3/model.bin part 3",
                "POST governed/models/3/model.bin upload",
            ],
            _s3.Lines);
    }

    [Fact]
    public async Task The_artifacts_are_read_as_the_operator_and_the_model_is_written_with_vended_keys()
    {
        await UploadAsync(Put("MLmodel", 10), Put("model.bin", Part + 1));
        Assert.Equal(["model finance.ml.risk 3"], _vendor.Asked);
        Assert.All(_s3.Lines.Zip(_s3.Keys), r => Assert.Equal(r.First.Contains("artifacts/", StringComparison.Ordinal) ? "AKIDOWN" : "ASIAVENDED1", r.Second));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Part + 1000)]
    public async Task A_file_with_another_digest_never_becomes_visible(int bytes)
    {
        var file = Put("model.bin", bytes) with { Sha256 = new string('0', 64) };
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.ManifestInvalid, () => UploadAsync(file));
        Assert.Contains("s3://artifacts/out/model/model.bin", failure.Message, StringComparison.Ordinal);
        AssertNothingIsVisible();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_file_of_another_size_is_refused_before_a_byte_is_sent(int difference)
    {
        var file = Put("model.bin", 1000) with { Bytes = 1000 + difference };
        await Failing.WithAsync(FailureKind.Terminal, Reasons.ManifestInvalid, () => UploadAsync(file));
        AssertNothingIsVisible();
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused_by_name()
    {
        var failure = await Failing.WithAsync(
            FailureKind.Terminal, Reasons.ManifestInvalid, () => UploadAsync(new ManifestFile("gone.bin", 1, new string('0', 64))));
        Assert.Contains("s3://artifacts/out/model/gone.bin does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../other/model.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("")]
    public async Task A_path_that_leads_out_is_refused_before_anything_is_read(string path)
    {
        await Failing.WithAsync(FailureKind.Terminal, Reasons.ManifestInvalid, () => UploadAsync(new ManifestFile(path, 1, new string('0', 64))));
        Assert.Empty(_s3.Lines);
    }

    [Fact]
    public async Task An_upload_that_fails_half_way_leaves_nothing_behind()
    {
        _s3.Denies = line => line.EndsWith("part 2", StringComparison.Ordinal);
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.AccessDenied, () => UploadAsync(Put("model.bin", (2 * Part) + 1)));
        Assert.Contains("s3:PutObject on 's3://governed/models/3/model.bin'", failure.Message, StringComparison.Ordinal);
        AssertNothingIsVisible();
    }

    [Fact]
    public async Task An_upload_that_its_caller_gives_up_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        _s3.Denies = line =>
        {
            if (line.EndsWith("part 2", StringComparison.Ordinal))
            {
                stop.Cancel();
            }

            return false;
        };
        var file = Put("model.bin", (3 * Part) + 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _storage.UploadModelAsync(Target, From, [file], stop.Token));
        AssertNothingIsVisible();
    }

    [Fact]
    public async Task Copying_again_writes_the_same()
    {
        var file = Put("MLmodel", 100);
        await UploadAsync(file);
        await UploadAsync(file);
        Assert.Equal(_s3.Objects["artifacts/out/model/MLmodel"], _s3.Objects["governed/models/3/MLmodel"]);
    }

    [Fact]
    public async Task The_encryption_that_the_catalog_wants_is_asked_for()
    {
        _vendor.Encryption = new EncryptionMessage(new SseMessage("AWS_SSE_KMS", "arn:aws:kms:k"));
        await UploadAsync(Put("MLmodel", 10), Put("model.bin", Part + 1));
        var writes = _s3.Lines.Zip(_s3.Headers).Where(r => r.First is "PUT governed/models/3/MLmodel" or "POST governed/models/3/model.bin").ToList();
        Assert.Equal(2, writes.Count);
        Assert.All(writes, w =>
        {
            Assert.Contains("x-amz-server-side-encryption: aws:kms", w.Second, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("x-amz-server-side-encryption-aws-kms-key-id: arn:aws:kms:k", w.Second, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public void Storage_without_keys_is_said_in_words_that_help()
    {
        var failure = Assert.Throws<OperatorException>(() => new VendedMessage { StorageMode = "DEFAULT_STORAGE" }.ToSession("write"));
        Assert.Equal((FailureKind.Terminal, Reasons.RequestRejected), (failure.Kind, failure.Reason));
        Assert.Contains("default storage", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vended_keys_show_in_no_text_form()
    {
        var vended = await _vendor.ForModelVersionAsync(Target, CancellationToken.None);
        var shown = $"{vended} {vended.AwsTempCredentials} {vended.ToSession("x")}";
        Assert.DoesNotContain("canary", shown, StringComparison.Ordinal);
    }
}
