using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>Who may touch which prefix.</summary>
public sealed class S3AccessTests : IAsyncLifetime
{
    private const string Table = "arn:aws:s3:::governed/raw/table/";

    private AwsAccount _aws = null!;

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync();
        _ = await _aws.S3.PutBucketAsync("governed");
        await _aws.PutAsync("governed", "raw/table/part-0", "rows");
        await _aws.PutAsync("governed", "raw/tables-next-door", "secret");
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Fact]
    public async Task A_vended_credential_reads_and_lists_its_prefix_and_nothing_beside_it()
    {
        var s3 = _aws.S3As(_aws.Vend(("s3:GetObject", Table + "*"), ("s3:ListBucket", Table + "*")));

        using var got = await s3.GetObjectAsync("governed", "raw/table/part-0");
        var listed = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "governed", Prefix = "raw/table/" });
        Assert.Equal(["raw/table/part-0"], listed.S3Objects.Select(o => o.Key));

        await Denied("s3:GetObject", () => s3.GetObjectAsync("governed", "raw/tables-next-door"));
        await Denied("s3:ListBucket", () => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "governed", Prefix = "raw/table" }));
        await Denied("s3:ListBucket", () => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "governed" }));
        await Denied("s3:PutObject", () => s3.PutObjectAsync(new PutObjectRequest { BucketName = "governed", Key = "raw/table/x", ContentBody = "x" }));
        await Denied("s3:DeleteObject", () => s3.DeleteObjectAsync("governed", "raw/table/part-0"));
    }

    [Fact]
    public async Task A_key_that_climbs_out_of_the_prefix_is_matched_as_it_is_written()
    {
        await _aws.PutAsync("governed", "raw/table/../tables-next-door", "a key of its own");
        var s3 = _aws.S3As(_aws.Vend(("s3:GetObject", Table + "*")));
        using var got = await s3.GetObjectAsync("governed", "raw/table/../tables-next-door");
        using var reader = new StreamReader(got.ResponseStream);
        Assert.Equal("a key of its own", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Listing_rights_on_the_bucket_itself_cover_every_prefix()
    {
        var s3 = _aws.S3As(_aws.Vend(("s3:ListBucket", "arn:aws:s3:::governed")));
        Assert.Equal(2, (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "governed", Prefix = "raw/" })).S3Objects.Count);
    }

    [Fact]
    public async Task A_denial_wins_however_wide_the_permission_is()
    {
        var s3 = _aws.S3As(_aws.Vend(new IamPolicy(
        [
            new IamStatement(true, ["s3:*"], ["*"]),
            new IamStatement(false, ["s3:ListBucket"], ["arn:aws:s3:::governed"]),
            new IamStatement(false, ["s3:GetObject"], ["arn:aws:s3:::governed/*"]),
        ])));
        var list = await Denied("s3:ListBucket", () => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "governed", Prefix = "raw/" }));
        Assert.Contains("explicit deny", list.Message, StringComparison.Ordinal);
        await Denied("s3:GetObject", () => s3.GetObjectAsync("governed", "raw/table/part-0"));
    }

    [Fact]
    public async Task Only_who_may_list_learns_that_a_key_is_not_there()
    {
        var blind = _aws.S3As(_aws.Vend(("s3:GetObject", Table + "*")));
        var seeing = _aws.S3As(_aws.Vend(("s3:GetObject", Table + "*"), ("s3:ListBucket", Table + "*")));

        await Denied("s3:ListBucket", () => blind.GetObjectAsync("governed", "raw/table/none"));
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AmazonS3Exception>(() => blind.GetObjectMetadataAsync("governed", "raw/table/none"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AmazonS3Exception>(() => seeing.GetObjectMetadataAsync("governed", "raw/table/none"))).StatusCode);
    }

    [Fact]
    public async Task A_copy_needs_the_right_to_read_its_source()
    {
        _ = await _aws.S3.PutBucketAsync("artifacts");
        var s3 = _aws.S3As(_aws.Vend(("s3:PutObject", "arn:aws:s3:::artifacts/*")));
        await Denied("s3:GetObject", () => s3.CopyObjectAsync("governed", "raw/table/part-0", "artifacts", "stolen"));
    }

    [Fact]
    public async Task Of_many_deletions_those_that_are_not_allowed_stay()
    {
        await _aws.PutAsync("governed", "mine/a", "x");
        var s3 = _aws.S3As(_aws.Vend(("s3:DeleteObject", "arn:aws:s3:::governed/mine/*")));
        var partly = await Assert.ThrowsAsync<DeleteObjectsException>(() => s3.DeleteObjectsAsync(new DeleteObjectsRequest
        {
            BucketName = "governed",
            Objects = [new KeyVersion { Key = "mine/a" }, new KeyVersion { Key = "raw/table/part-0" }],
        }));
        Assert.Equal(["AccessDenied"], partly.Response.DeleteErrors.Select(e => e.Code));
        Assert.DoesNotContain("mine/a", await _aws.KeysAsync("governed", ""));
        Assert.Contains("raw/table/part-0", await _aws.KeysAsync("governed", ""));
    }

    [Fact]
    public async Task Every_part_of_an_upload_needs_the_right_to_write()
    {
        var upload = await _aws.S3.InitiateMultipartUploadAsync("governed", "raw/table/big");
        var s3 = _aws.S3As(_aws.Vend(("s3:GetObject", "*")));
        await Denied("s3:PutObject", () => s3.InitiateMultipartUploadAsync("governed", "raw/table/big"));
        await Denied("s3:PutObject", () => s3.UploadPartAsync(new UploadPartRequest
        {
            BucketName = "governed",
            Key = "raw/table/big",
            UploadId = upload.UploadId,
            PartNumber = 1,
            InputStream = new MemoryStream([1]),
        }));
        await Denied("s3:AbortMultipartUpload", () => s3.AbortMultipartUploadAsync("governed", "raw/table/big", upload.UploadId));
    }

    private static async Task<AmazonS3Exception> Denied(string action, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(call);
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), (refused.StatusCode, refused.ErrorCode));
        Assert.Contains(action, refused.Message, StringComparison.Ordinal);
        Assert.Contains("arn:aws:s3:::governed", refused.Message, StringComparison.Ordinal);
        return refused;
    }
}
