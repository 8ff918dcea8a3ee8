using Amazon.S3;
using Amazon.S3.Model;

namespace GovernedFinetune.Sandbox.Tests.Aws;

public sealed class S3ListingTests : IAsyncLifetime
{
    private static readonly string[] Keys = ["a", "b/1", "b/2", "b/c/3", "b0", "d/", "d/e f", "zz&<>", "ﬀ", "😀"];

    private AwsAccount _aws = null!;

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync();
        _ = await _aws.S3.PutBucketAsync("list");
        foreach (var key in Keys.Reverse())
        {
            await _aws.PutAsync("list", key, key);
        }
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Pages_hold_every_key_once_in_the_order_of_their_bytes(int pageSize)
    {
        var seen = new List<string>();
        await foreach (var page in Pages(new ListObjectsV2Request { BucketName = "list", MaxKeys = pageSize }))
        {
            Assert.InRange(page.KeyCount ?? 0, 0, pageSize);
            seen.AddRange((page.S3Objects ?? []).Select(o => o.Key));
        }

        Assert.Equal(Keys, seen);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task A_delimiter_rolls_keys_up_once_however_pages_fall(int pageSize)
    {
        var keys = new List<string>();
        var prefixes = new List<string>();
        await foreach (var page in Pages(new ListObjectsV2Request { BucketName = "list", Delimiter = "/", MaxKeys = pageSize }))
        {
            keys.AddRange((page.S3Objects ?? []).Select(o => o.Key));
            prefixes.AddRange(page.CommonPrefixes ?? []);
        }

        Assert.Equal(["b/", "d/"], prefixes);
        Assert.Equal(["a", "b0", "zz&<>", "ﬀ", "😀"], keys);
    }

    [Fact]
    public async Task A_prefix_with_a_delimiter_shows_one_level()
    {
        var page = await _aws.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "list", Prefix = "b/", Delimiter = "/" });
        Assert.Equal(["b/1", "b/2"], page.S3Objects.Select(o => o.Key));
        Assert.Equal(["b/c/"], page.CommonPrefixes);
    }

    [Fact]
    public async Task Start_after_begins_behind_a_key_that_need_not_exist()
    {
        var page = await _aws.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "list", StartAfter = "b/15" });
        Assert.Equal(["b/2", "b/c/3", "b0", "d/", "d/e f", "zz&<>", "ﬀ", "😀"], page.S3Objects.Select(o => o.Key));
    }

    [Fact]
    public async Task Keys_are_encoded_when_the_client_asks()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/list?list-type=2&prefix=d&encoding-type=url");
        request.Headers.Add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        using var response = await _aws.Signed("s3").SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("<Key>d/e%20f</Key>", text, StringComparison.Ordinal);
        Assert.Contains("<EncodingType>url</EncodingType>", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max-keys=x", "InvalidArgument")]
    [InlineData("max-keys=-1", "InvalidArgument")]
    [InlineData("continuation-token=%21%21", "InvalidArgument")]
    [InlineData("encoding-type=base64", "InvalidArgument")]
    public async Task A_bad_parameter_is_refused(string parameter, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/list?list-type=2&" + parameter);
        request.Headers.Add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        using var response = await _aws.Signed("s3").SendAsync(request);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains($"<Code>{code}</Code>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_with_objects_cannot_be_deleted_and_an_empty_one_can()
    {
        Assert.Equal("BucketNotEmpty", (await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.DeleteBucketAsync("list"))).ErrorCode);
        _ = await _aws.S3.PutBucketAsync("empty");
        _ = await _aws.S3.DeleteBucketAsync("empty");
        Assert.Equal(["list"], (await _aws.S3.ListBucketsAsync()).Buckets.Select(b => b.BucketName));
    }

    private async IAsyncEnumerable<ListObjectsV2Response> Pages(ListObjectsV2Request request)
    {
        do
        {
            var page = await _aws.S3.ListObjectsV2Async(request);
            yield return page;
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
    }
}
