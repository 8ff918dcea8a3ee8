using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using GovernedFinetune.Sandbox.Aws.S3;
using GovernedFinetune.Sandbox.Aws.Signing;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>A body is stored only when it is exactly what was signed and summed.</summary>
public sealed class S3BodyTests : IAsyncLifetime
{
    private const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string SignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private const string UnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    // CRC-32 of "hello world", in base64.
    private const string Crc32 = "DUoRhQ==";

    private AwsAccount _aws = null!;
    private AwsCredential _root = null!;

    public async Task InitializeAsync()
    {
        _aws = await AwsAccount.StartAsync();
        _ = await _aws.S3.PutBucketAsync("bucket");
        Assert.True(_aws.Context.Credentials.TryGet(_aws.Api.RootAccessKeyId, out var root));
        _root = root;
    }

    public Task DisposeAsync() => _aws.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_the_SDK_sends_whole_or_in_chunks_arrives(bool chunked)
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        _ = await _aws.S3.PutObjectAsync(new PutObjectRequest
        {
            BucketName = "bucket",
            Key = "k",
            InputStream = new MemoryStream(content),
            UseChunkEncoding = chunked,
        });

        using var got = await _aws.S3.GetObjectAsync("bucket", "k");
        using var copy = new MemoryStream();
        await got.ResponseStream.CopyToAsync(copy);
        Assert.Equal(content, copy.ToArray());
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task Every_checksum_algorithm_is_verified_and_given_back(string algorithm)
    {
        _ = await _aws.S3.PutObjectAsync(new PutObjectRequest { BucketName = "bucket", Key = "k", ContentBody = "hello world", ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm) });
        using var got = await _aws.S3.GetObjectAsync(new GetObjectRequest { BucketName = "bucket", Key = "k", ChecksumMode = ChecksumMode.ENABLED });
        using var reader = new StreamReader(got.ResponseStream);

        Assert.Equal("hello world", await reader.ReadToEndAsync());
        Assert.NotNull(algorithm switch
        {
            "CRC32" => got.ChecksumCRC32,
            "SHA1" => got.ChecksumSHA1,
            _ => got.ChecksumSHA256,
        });
    }

    [Theory]
    [InlineData("crc32", "y/Q5Jg==")]
    [InlineData("crc32c", "4waSgw==")]
    [InlineData("crc64nvme", "rosUhgp5mIg=")]
    public void The_check_value_of_each_CRC_is_the_published_one(string algorithm, string expected)
    {
        using var checksum = Checksums.Start(algorithm);
        checksum.Append(Encoding.ASCII.GetBytes("1234"));
        checksum.Append(Encoding.ASCII.GetBytes("56789"));
        Assert.Equal(expected, checksum.Finish());
    }

    [Fact]
    public async Task Chunks_with_their_signatures_are_joined()
    {
        var request = Put(Signed, ("x-amz-decoded-content-length", "11"));
        var (status, text) = await request.SendAsync(_aws.Unsigned(), request.Chunk("hello") + request.Chunk(" world") + request.Chunk("") + "\r\n");
        Assert.True(status == 200, text);
        Assert.Equal("hello world", await _aws.ReadAsync("bucket", "k"));
    }

    [Fact]
    public async Task A_chunk_that_was_changed_on_the_way_is_refused()
    {
        var request = Put(Signed, ("x-amz-decoded-content-length", "11"));
        var body = request.Chunk("hello") + request.Chunk(" world") + request.Chunk("") + "\r\n";
        await Refused(request, body.Replace(" world", " WORLD", StringComparison.Ordinal), 403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task Chunks_in_another_order_are_refused()
    {
        var request = Put(Signed, ("x-amz-decoded-content-length", "10"));
        var first = request.Chunk("first");
        var second = request.Chunk("secon");
        await Refused(request, second + first + request.Chunk("") + "\r\n", 403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task A_signed_trailer_is_verified()
    {
        var good = Put(SignedTrailer, ("x-amz-decoded-content-length", "11"), ("x-amz-trailer", "x-amz-checksum-crc32"));
        var (status, text) = await good.SendAsync(
            _aws.Unsigned(), good.Chunk("hello world") + good.Chunk("") + good.Trailer("x-amz-checksum-crc32", Crc32));
        Assert.True(status == 200, text);
        _ = await _aws.S3.DeleteObjectAsync("bucket", "k");

        var bad = Put(SignedTrailer, ("x-amz-decoded-content-length", "11"), ("x-amz-trailer", "x-amz-checksum-crc32"));
        var body = bad.Chunk("hello world") + bad.Chunk("") + bad.Trailer("x-amz-checksum-crc32", Crc32);
        await Refused(bad, body.Replace(Crc32, "AAAAAA==", StringComparison.Ordinal), 403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task A_checksum_in_an_unsigned_trailer_is_verified()
    {
        const string Body = "b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:";
        var good = Put(UnsignedTrailer, ("x-amz-decoded-content-length", "11"), ("x-amz-trailer", "x-amz-checksum-crc32"));
        var (status, text) = await good.SendAsync(_aws.Unsigned(), Body + Crc32 + "\r\n\r\n");
        Assert.True(status == 200, text);
        _ = await _aws.S3.DeleteObjectAsync("bucket", "k");

        var bad = Put(UnsignedTrailer, ("x-amz-decoded-content-length", "11"), ("x-amz-trailer", "x-amz-checksum-crc32"));
        await Refused(bad, Body + "AAAAAA==\r\n\r\n", 400, "BadDigest");
    }

    [Theory]
    [InlineData("b\r\nhello world\r\n0\r\n\r\n", 400, "MalformedTrailerError")]
    [InlineData("b\r\nhello", 400, "IncompleteBody")]
    [InlineData("5\r\nhello world\r\n0\r\n\r\n", 400, "IncompleteBody")]
    [InlineData("xyz\r\nhello world\r\n0\r\n\r\n", 400, "IncompleteBody")]
    [InlineData("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", 400, "IncompleteBody")]
    [InlineData("", 400, "IncompleteBody")]
    public async Task A_broken_chunked_body_is_refused(string body, int status, string code) =>
        await Refused(Put(UnsignedTrailer, ("x-amz-decoded-content-length", "11"), ("x-amz-trailer", "x-amz-checksum-crc32")), body, status, code);

    [Fact]
    public async Task A_body_of_another_hash_than_the_signed_one_is_refused() =>
        await Refused(Put(SigV4.HexHash("hello"u8)), "HELLO", 400, "XAmzContentSHA256Mismatch");

    [Fact]
    public async Task A_body_of_another_MD5_or_checksum_than_its_header_is_refused()
    {
        await Refused(Put(SigV4.UnsignedPayload, ("x-amz-checksum-crc32", "AAAAAA==")), "hello world", 400, "BadDigest");
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => _aws.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = "bucket", Key = "k", ContentBody = "hello world", MD5Digest = "AAAAAAAAAAAAAAAAAAAAAA==" }));
        Assert.Equal("BadDigest", refused.ErrorCode);
    }

    [Fact]
    public async Task A_form_of_body_that_the_sandbox_does_not_know_is_refused() =>
        await Refused(Put("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), "x", 400, "InvalidArgument");

    private HandSigned Put(string payloadHash, params (string, string)[] headers) =>
        HandSigned.Create(_aws, _root, HttpMethod.Put, "/bucket/k", payloadHash, more: headers);

    private async Task Refused(HandSigned request, string body, int status, string code)
    {
        var answer = await request.SendAsync(_aws.Unsigned(), body);
        Assert.Equal(status, answer.Status);
        Assert.Contains($"<Code>{code}</Code>", answer.Text, StringComparison.Ordinal);
        Assert.Empty(await _aws.KeysAsync("bucket", ""));
        Assert.Empty(Directory.GetFiles(Path.Combine(_aws.Folder, "s3", ".received")));
    }
}
