using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace GovernedFinetune.Sandbox.Tests.Aws;

public sealed class S3ObjectTests : IAsyncLifetime
{
    private AwsAccount _aws = null!;

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync();
        _ = await _aws.S3.PutBucketAsync("artifacts");
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Fact]
    public async Task An_object_comes_back_as_it_was_put()
    {
        var put = await _aws.S3.PutObjectAsync(new PutObjectRequest
        {
            BucketName = "artifacts",
            Key = "runs/one.json",
            ContentBody = "hello",
            ContentType = "application/json",
            Metadata = { ["run"] = "7f0c" },
        });
        using var got = await _aws.S3.GetObjectAsync("artifacts", "runs/one.json");
        using var reader = new StreamReader(got.ResponseStream);

        Assert.Equal("hello", await reader.ReadToEndAsync());
        Assert.Equal("\"5d41402abc4b2a76b9719d911017c592\"", put.ETag);
        Assert.Equal(put.ETag, got.ETag);
        Assert.Equal("application/json", got.Headers.ContentType);
        Assert.Null(NullIfEmpty(got.Headers.ContentEncoding));
        Assert.Equal("7f0c", got.Metadata["run"]);
    }

    [Theory]
    [InlineData("../../../escape")]
    [InlineData("a/../../b")]
    [InlineData("double//slash/")]
    [InlineData("space and ünïcode 鍵 😀.txt")]
    [InlineData("percent%2Fencoded%00+plus&amp")]
    [InlineData("UPPER")]
    [InlineData("upper")]
    [InlineData("con\u0001trol")]
    public async Task Any_key_is_kept_inside_the_bucket_folder(string key)
    {
        await _aws.PutAsync("artifacts", key, "content of " + key);

        Assert.Equal("content of " + key, await _aws.ReadAsync("artifacts", key));
        var files = Directory.GetFiles(_aws.Folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("requests.jsonl", StringComparison.Ordinal));
        Assert.All(files, f => Assert.StartsWith(Path.Combine(_aws.Folder, "s3", "artifacts") + Path.DirectorySeparatorChar, f, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_of_1024_bytes_fits_and_one_more_does_not()
    {
        await _aws.PutAsync("artifacts", new string('k', 1024), "x");
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.PutAsync("artifacts", new string('k', 1025), "x"));
        Assert.Equal("KeyTooLongError", refused.ErrorCode);
    }

    [Fact]
    public async Task Creating_only_fails_where_the_object_exists()
    {
        var create = new PutObjectRequest { BucketName = "artifacts", Key = "claim", ContentBody = "mine", IfNoneMatch = "*" };
        _ = await _aws.S3.PutObjectAsync(create);

        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = "artifacts", Key = "claim", ContentBody = "theirs", IfNoneMatch = "*" }));

        Assert.Equal((HttpStatusCode.PreconditionFailed, "PreconditionFailed"), (refused.StatusCode, refused.ErrorCode));
        Assert.Equal("mine", await _aws.ReadAsync("artifacts", "claim"));
    }

    [Fact]
    public async Task Of_many_that_create_the_same_key_at_once_exactly_one_wins()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            try
            {
                _ = await _aws.S3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "race", ContentBody = $"{i}", IfNoneMatch = "*" });
                return 1;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return 0;
            }
        }));
        Assert.Equal(1, attempts.Sum());
    }

    [Fact]
    public async Task A_write_with_If_Match_needs_the_object_as_it_was_seen()
    {
        var first = await _aws.S3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "k", ContentBody = "1" });
        _ = await _aws.S3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "k", ContentBody = "2", IfMatch = first.ETag });

        var stale = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = "artifacts", Key = "k", ContentBody = "3", IfMatch = first.ETag }));
        var missing = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = "artifacts", Key = "none", ContentBody = "3", IfMatch = first.ETag }));

        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_read_obeys_its_conditions()
    {
        await _aws.PutAsync("artifacts", "k", "hello");
        var etag = (await _aws.S3.GetObjectMetadataAsync("artifacts", "k")).ETag;

        var changed = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.GetObjectAsync(
            new GetObjectRequest { BucketName = "artifacts", Key = "k", EtagToMatch = "\"other\"" }));
        var same = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.GetObjectAsync(
            new GetObjectRequest { BucketName = "artifacts", Key = "k", EtagToNotMatch = etag }));

        Assert.Equal(HttpStatusCode.PreconditionFailed, changed.StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Theory]
    [InlineData(1, 2, "el")]
    [InlineData(3, 99, "lo")]
    [InlineData(0, 0, "h")]
    public async Task A_range_gives_its_bytes(long first, long last, string expected)
    {
        await _aws.PutAsync("artifacts", "k", "hello");
        using var part = await _aws.S3.GetObjectAsync(new GetObjectRequest { BucketName = "artifacts", Key = "k", ByteRange = new ByteRange(first, last) });
        using var reader = new StreamReader(part.ResponseStream);
        Assert.Equal(HttpStatusCode.PartialContent, part.HttpStatusCode);
        Assert.Equal(expected, await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_range_beyond_the_object_is_refused()
    {
        await _aws.PutAsync("artifacts", "k", "hello");
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.GetObjectAsync(
            new GetObjectRequest { BucketName = "artifacts", Key = "k", ByteRange = new ByteRange(5, 9) }));
        Assert.Equal("InvalidRange", refused.ErrorCode);
    }

    [Fact]
    public async Task A_missing_key_and_a_missing_bucket_are_named()
    {
        Assert.Equal("NoSuchKey", (await Assert.ThrowsAsync<NoSuchKeyException>(() => _aws.S3.GetObjectAsync("artifacts", "none"))).ErrorCode);
        Assert.Equal("NotFound", (await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.GetObjectMetadataAsync("artifacts", "none"))).ErrorCode);
        Assert.Equal("NoSuchBucket", (await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.GetObjectAsync("nowhere", "k"))).ErrorCode);
    }

    [Fact]
    public async Task Parts_become_one_object()
    {
        var content = new byte[11 * 1024 * 1024];
        new Random(7).NextBytes(content);
        using var transfer = new TransferUtility(_aws.S3, new TransferUtilityConfig { MinSizeBeforePartUpload = 5 * 1024 * 1024 });
        await transfer.UploadAsync(new TransferUtilityUploadRequest
        {
            BucketName = "artifacts",
            Key = "model.bin",
            InputStream = new MemoryStream(content),
            PartSize = 5 * 1024 * 1024,
        });

        using var got = await _aws.S3.GetObjectAsync("artifacts", "model.bin");
        using var copy = new MemoryStream();
        await got.ResponseStream.CopyToAsync(copy);
        Assert.Equal(content, copy.ToArray());
        Assert.EndsWith("-3\"", got.ETag, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(_aws.Folder, "s3", ".received")));
    }

    [Fact]
    public async Task An_upload_with_a_small_part_in_the_middle_is_refused_and_an_aborted_one_is_gone()
    {
        var upload = await _aws.S3.InitiateMultipartUploadAsync("artifacts", "m");
        var parts = new List<PartETag>();
        for (var number = 1; number <= 2; number++)
        {
            var part = await _aws.S3.UploadPartAsync(new UploadPartRequest
            {
                BucketName = "artifacts",
                Key = "m",
                UploadId = upload.UploadId,
                PartNumber = number,
                InputStream = new MemoryStream(Encoding.ASCII.GetBytes("small")),
            });
            parts.Add(new PartETag(number, part.ETag));
        }

        var complete = new CompleteMultipartUploadRequest { BucketName = "artifacts", Key = "m", UploadId = upload.UploadId, PartETags = parts };
        Assert.Equal("EntityTooSmall", (await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.CompleteMultipartUploadAsync(complete))).ErrorCode);
        _ = await _aws.S3.AbortMultipartUploadAsync("artifacts", "m", upload.UploadId);
        Assert.Equal("NoSuchUpload", (await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.CompleteMultipartUploadAsync(complete))).ErrorCode);
        Assert.Empty(await _aws.KeysAsync("artifacts", ""));
    }

    [Fact]
    public async Task A_copy_keeps_content_and_metadata()
    {
        _ = await _aws.S3.PutObjectAsync(new PutObjectRequest { BucketName = "artifacts", Key = "from", ContentBody = "x", Metadata = { ["a"] = "b" } });
        _ = await _aws.S3.CopyObjectAsync("artifacts", "from", "artifacts", "to");
        var copy = await _aws.S3.GetObjectMetadataAsync("artifacts", "to");
        Assert.Equal("b", copy.Metadata["a"]);
        Assert.Equal("x", await _aws.ReadAsync("artifacts", "to"));
    }

    [Fact]
    public async Task Deleting_is_repeatable_and_many_keys_go_at_once()
    {
        await _aws.PutAsync("artifacts", "a", "1");
        await _aws.PutAsync("artifacts", "b", "2");
        _ = await _aws.S3.DeleteObjectAsync("artifacts", "never");
        var deleted = await _aws.S3.DeleteObjectsAsync(new DeleteObjectsRequest
        {
            BucketName = "artifacts",
            Objects = [new KeyVersion { Key = "a" }, new KeyVersion { Key = "b" }],
        });
        Assert.Equal(2, deleted.DeletedObjects.Count);
        Assert.Empty(await _aws.KeysAsync("artifacts", ""));
    }

    [Fact]
    public async Task Objects_outlive_the_sandbox()
    {
        var folder = Directory.CreateTempSubdirectory("sandbox-aws-").FullName;
        await using (var first = await AwsAccount.StartAsync(folder: folder, keepState: true))
        {
            _ = await first.S3.PutBucketAsync("kept");
            _ = await first.S3.PutObjectAsync(new PutObjectRequest { BucketName = "kept", Key = "k/😀", ContentBody = "still here", Metadata = { ["m"] = "1" } });
        }

        await using var second = await AwsAccount.StartAsync(folder: folder);
        Assert.Equal("still here", await second.ReadAsync("kept", "k/😀"));
        Assert.Equal("1", (await second.S3.GetObjectMetadataAsync("kept", "k/😀")).Metadata["m"]);
    }

    [Theory]
    [InlineData("UPPER")]
    [InlineData("ab")]
    [InlineData("a..b")]
    [InlineData("-ab")]
    [InlineData("_sandbox2")]
    public async Task A_bucket_name_that_S3_does_not_take_is_refused(string name)
    {
        using var response = await _aws.Signed("s3").SendAsync(new HttpRequestMessage(HttpMethod.Put, "/" + name) { Headers = { { "x-amz-content-sha256", "UNSIGNED-PAYLOAD" } } });
        Assert.Contains("InvalidBucketName", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_sandbox_does_not_have_is_refused_and_not_mistaken_for_something_else()
    {
        await _aws.PutAsync("artifacts", "k", "x");
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.PutObjectTaggingAsync(new PutObjectTaggingRequest
        {
            BucketName = "artifacts",
            Key = "k",
            Tagging = new Tagging { TagSet = [new Tag { Key = "a", Value = "b" }] },
        }));
        Assert.Equal("NotImplemented", refused.ErrorCode);
        Assert.Equal("x", await _aws.ReadAsync("artifacts", "k"));
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
