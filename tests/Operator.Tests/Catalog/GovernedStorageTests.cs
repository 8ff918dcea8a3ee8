using System.Security.Cryptography;
using System.Text;
using GovernedFinetune.Operator.Catalog.Storage;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Cloud;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class GovernedStorageTests : IDisposable
{
    private static readonly CatalogTable Json = new("finance.raw.t", "5b1e", "EXTERNAL", "JSON", "s3://governed/raw/t", [], false, false);
    private static readonly CatalogTable Delta = Json with { Format = "DELTA" };
    private readonly FakeS3 _s3 = new();
    private readonly FakeVendor _vendor;
    private readonly GovernedStorage _storage;

    public GovernedStorageTests()
    {
        _vendor = new FakeVendor(_s3);
        _storage = new GovernedStorage(_vendor, _s3.Clients, _s3.Caller, _s3.Clock);
    }

    public void Dispose() => _s3.Dispose();

    private void Put(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _s3.Objects[$"governed/{key}"] = Encoding.UTF8.GetBytes(key);
        }
    }

    private void PutLog(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Put($"raw/t/_delta_log/{name}");
        }
    }

    private static string Commit(long version) => $"{version:D20}.json";

    private async Task<string> VersionAsync(long? wanted = null) => (await _storage.PinAsync(Delta, wanted, CancellationToken.None)).Version;

    [Fact]
    public async Task A_json_table_is_pinned_to_its_files_in_path_order_without_hidden_ones_and_neighbours()
    {
        Put(
            "raw/t/year=1991/b.json", "raw/t/year=1990/a.json", "raw/t/_SUCCESS", "raw/t/.crc", "raw/t/_versions/1.json", "raw/t/.staging/x.json",
            "raw/t/_p=1/c.json", "raw/t/folder/", "raw/table_of_others/x.json", "raw/t");
        var pin = await _storage.PinAsync(Json, null, CancellationToken.None);
        Assert.Equal(["_p=1/c.json", "year=1990/a.json", "year=1991/b.json"], pin.Files!.Select(f => f.Path));
        Assert.All(pin.Files!, f => Assert.True(f.Bytes > 0 && f.ETag.StartsWith('"') && f.ETag.EndsWith('"')));
    }

    [Fact]
    public async Task The_version_of_a_snapshot_is_the_digest_of_its_lines_whatever_the_page_size()
    {
        Put("raw/t/a.json", "raw/t/b/c d+é.json", "raw/t/b/z.json");
        var pin = await _storage.PinAsync(Json, null, CancellationToken.None);
        var lines = string.Concat(pin.Files!.Select(f => $"{f.ETag} {f.Bytes} {f.Path}\n"));
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines))), pin.Version);
        _s3.PageSize = 1;
        Assert.Equal(pin.Version, (await _storage.PinAsync(Json, null, CancellationToken.None)).Version);
        Put("raw/t/d.json");
        Assert.NotEqual(pin.Version, (await _storage.PinAsync(Json, null, CancellationToken.None)).Version);
    }

    [Fact]
    public void The_digest_is_the_one_that_the_jobs_compute()
    {
        // jobkit.digests of the same list.
        Assert.Equal(
            "sha256:3f3600052d4f7d180250e11d9b30d488cc796ae7e201bf6383a70a57a100df9d",
            FileSnapshot.Digest([new SnapshotFile("year=1990/part-0.json", 123, "\"abc\""), new SnapshotFile("é/\U0001F600.json", 0, "\"d-2\"")]));
    }

    [Fact]
    public async Task A_table_is_read_with_vended_keys_only()
    {
        Put("raw/t/a.json");
        await _storage.PinAsync(Json, null, CancellationToken.None);
        Assert.Equal(["table 5b1e"], _vendor.Asked);
        Assert.Equal(["ASIAVENDED1"], _s3.Keys);
    }

    [Fact]
    public async Task Keys_that_end_while_a_table_is_listed_are_renewed()
    {
        Put("raw/t/a.json", "raw/t/b.json", "raw/t/c.json");
        _s3.PageSize = 1;
        _s3.Denies = _ =>
        {
            _s3.Clock.Advance(TimeSpan.FromMinutes(31));
            return false;
        };
        await _storage.PinAsync(Json, null, CancellationToken.None);
        Assert.Equal(["ASIAVENDED1", "ASIAVENDED1", "ASIAVENDED2"], _s3.Keys);
    }

    [Fact]
    public async Task A_json_table_has_no_versions_to_ask_for()
    {
        await Failing.WithAsync(FailureKind.Terminal, Reasons.InvalidSpec, () => _storage.PinAsync(Json, 3, CancellationToken.None));
    }

    [Fact]
    public async Task A_table_without_files_is_not_readable()
    {
        Put("raw/t/_SUCCESS");
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.TableNotReadable, () => _storage.PinAsync(Json, null, CancellationToken.None));
        Assert.Contains("finance.raw.t", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PARQUET", "s3://governed/raw/t")]
    [InlineData("", "")]
    [InlineData("JSON", "abfss://governed/raw/t")]
    public async Task A_table_that_runs_cannot_read_is_refused_by_name(string format, string location)
    {
        var table = Json with { Format = format, Location = location };
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.TableNotReadable, () => _storage.PinAsync(table, null, CancellationToken.None));
        Assert.Contains("finance.raw.t", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_denies_vended_keys_is_a_denial_that_names_the_place()
    {
        _s3.Denies = _ => true;
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.AccessDenied, () => _storage.PinAsync(Json, null, CancellationToken.None));
        Assert.Contains("s3:ListBucket on 's3://governed/raw/t'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_vend_comes_through_the_sdk_unchanged()
    {
        _vendor.Refusal = OperatorException.Terminal(Reasons.AccessDenied, "User does not have EXTERNAL USE SCHEMA");
        var failure = await Assert.ThrowsAsync<OperatorException>(() => _storage.PinAsync(Json, null, CancellationToken.None));
        Assert.Same(_vendor.Refusal, failure);
        Assert.Empty(_s3.Lines);
    }

    [Fact]
    public async Task The_latest_version_of_a_delta_table_is_found()
    {
        PutLog(Commit(0), Commit(1), Commit(2), "_last_checkpoint", "00000000000000000001.crc", "00000000000000000000.00000000000000000002.compacted.json");
        Put("raw/t/_delta_log/_staged_commits/00000000000000000009.abc.json");
        Assert.Equal("2", await VersionAsync());
        Assert.DoesNotContain(_s3.Lines, l => l.StartsWith("GET governed/raw", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(-1, false)]
    public async Task A_wanted_version_must_be_there(long wanted, bool there)
    {
        PutLog(Commit(0), Commit(1), Commit(2));
        if (there)
        {
            Assert.Equal($"{wanted}", await VersionAsync(wanted));
        }
        else
        {
            var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.SourceChanged, () => VersionAsync(wanted));
            Assert.Contains("commits 0 to 2", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("00000000000000000010.checkpoint.parquet")]
    [InlineData("00000000000000000010.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json")]
    public async Task After_log_retention_versions_since_the_checkpoint_are_there_and_older_ones_are_not(string checkpoint)
    {
        PutLog(Commit(9), Commit(10), checkpoint, Commit(11), Commit(12));
        Assert.Equal("12", await VersionAsync());
        Assert.Equal("10", await VersionAsync(10));
        await Failing.WithAsync(FailureKind.Terminal, Reasons.SourceChanged, () => VersionAsync(9));
    }

    [Fact]
    public async Task A_checkpoint_in_parts_counts_when_all_are_there()
    {
        PutLog(Commit(10), "00000000000000000010.checkpoint.0000000001.0000000002.parquet", Commit(11));
        await Failing.WithAsync(FailureKind.Terminal, Reasons.SourceChanged, () => VersionAsync());
        PutLog("00000000000000000010.checkpoint.0000000002.0000000002.parquet");
        Assert.Equal("11", await VersionAsync());
    }

    [Fact]
    public async Task A_gap_in_the_log_is_not_read_over()
    {
        PutLog(Commit(0), Commit(1), Commit(3));
        await Failing.WithAsync(FailureKind.Terminal, Reasons.SourceChanged, () => VersionAsync());
        Assert.Equal("1", await VersionAsync(1));
    }

    [Fact]
    public async Task A_delta_table_without_a_log_is_not_readable()
    {
        Put("raw/t/part-0.parquet");
        await Failing.WithAsync(FailureKind.Terminal, Reasons.TableNotReadable, () => VersionAsync());
    }
}
