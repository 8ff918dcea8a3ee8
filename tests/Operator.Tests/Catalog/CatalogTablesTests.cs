using GovernedFinetune.Operator.Catalog.Tables;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class CatalogTablesTests : IDisposable
{
    private const string Get = "GET /api/2.1/unity-catalog/tables/finance.raw.risk_factors";
    private const string Create = "POST /api/2.1/unity-catalog/tables";
    private readonly FakeCatalog _catalog = new();
    private readonly CatalogTables _tables;

    public CatalogTablesTests() => _tables = new CatalogTables(_catalog.Client);

    public void Dispose() => _catalog.Dispose();

    private Task<CatalogTable?> GetAsync() => _tables.GetAsync("finance.raw.risk_factors", CancellationToken.None);

    private static NewExternalTable New(params TableColumn[] columns) => new(
        "finance.curated.sft", "JSON", "s3://governed/prepared/sft", columns, new Dictionary<string, string> { ["run_uid"] = "7f0c" });

    [Fact]
    public async Task A_table_is_read_with_its_columns_in_order()
    {
        _catalog.Answer(Get, """
            {"table_id":"5b1e","full_name":"finance.raw.risk_factors","table_type":"EXTERNAL","data_source_format":"JSON","storage_location":"s3://governed/raw/risk_factors",
             "columns":[{"name":"text","type_text":"string","position":1},{"name":"cik","type_text":"bigint"}],"owner":"me"}
            """);
        var table = await GetAsync();
        Assert.Equal(("5b1e", "EXTERNAL", "JSON", "s3://governed/raw/risk_factors"), (table!.TableId, table.TableType, table.Format, table.Location));
        Assert.Equal([new TableColumn("cik", "bigint"), new TableColumn("text", "string")], table.Columns);
        Assert.False(table.HasRowFilter || table.HasColumnMask);
    }

    [Theory]
    [InlineData("""{"table_id":"1","row_filter":{"function_name":"f"}}""", true, false)]
    [InlineData("""{"table_id":"1","columns":[{"name":"a","mask":{"function_name":"f"}}]}""", false, true)]
    [InlineData("""{"table_id":"1","row_filter":null,"columns":[{"name":"a","mask":null}]}""", false, false)]
    public async Task Row_filters_and_column_masks_are_seen(string answer, bool filtered, bool masked)
    {
        _catalog.Answer(Get, answer);
        var table = await GetAsync();
        Assert.Equal((filtered, masked), (table!.HasRowFilter, table.HasColumnMask));
    }

    [Fact]
    public async Task A_view_has_neither_location_nor_format()
    {
        _catalog.Answer(Get, """{"table_id":"1","table_type":"VIEW"}""");
        var table = await GetAsync();
        Assert.Equal(("VIEW", "", ""), (table!.TableType, table.Format, table.Location));
    }

    [Fact]
    public async Task A_denial_keeps_the_catalogs_own_words()
    {
        _catalog.Answer(Get, 403, """{"error_code":"PERMISSION_DENIED","message":"User does not have USE SCHEMA on Schema 'finance.raw'."}""");
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.AccessDenied, GetAsync);
        Assert.Contains("User does not have USE SCHEMA on Schema 'finance.raw'.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_external_table_is_created_with_each_type_in_its_three_spellings()
    {
        _catalog.Answer(Create, """{"table_id":"77aa","full_name":"finance.curated.sft"}""");
        var created = await _tables.CreateExternalAsync(
            New(new TableColumn("prompt", "string"), new TableColumn("tokens", "bigint"), new TableColumn("price", "decimal(10,2)")), CancellationToken.None);
        Assert.Equal("77aa", created!.TableId);
        var body = _catalog.Sent[0].Json;
        Assert.Equal(("finance", "curated", "sft"), ((string?)body["catalog_name"], (string?)body["schema_name"], (string?)body["name"]));
        Assert.Equal(("EXTERNAL", "JSON", "s3://governed/prepared/sft"), ((string?)body["table_type"], (string?)body["data_source_format"], (string?)body["storage_location"]));
        Assert.Equal("7f0c", (string?)body["properties"]!["run_uid"]);
        Assert.Equal(
            [
                ("prompt", "string", "STRING", """{"name":"prompt","type":"string","nullable":true,"metadata":{}}""", 0),
                ("tokens", "bigint", "LONG", """{"name":"tokens","type":"long","nullable":true,"metadata":{}}""", 1),
                ("price", "decimal(10,2)", "DECIMAL", """{"name":"price","type":"decimal(10,2)","nullable":true,"metadata":{}}""", 2),
            ],
            body["columns"]!.AsArray().Select(c => ((string)c!["name"]!, (string)c["type_text"]!, (string)c["type_name"]!, (string)c["type_json"]!, (int)c["position"]!)));
        Assert.DoesNotContain("table_id", _catalog.Sent[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_there_already_is_nothing_to_create()
    {
        _catalog.Answer(Create, 400, """{"error_code":"TABLE_ALREADY_EXISTS","message":"there"}""");
        Assert.Null(await _tables.CreateExternalAsync(New(new TableColumn("a", "string")), CancellationToken.None));
    }

    [Fact]
    public async Task A_type_that_is_not_known_is_refused_before_anything_is_sent()
    {
        var failure = await Failing.WithAsync(
            FailureKind.Terminal, Reasons.RequestRejected, () => _tables.CreateExternalAsync(New(new TableColumn("m", "map<string,int>")), CancellationToken.None));
        Assert.Contains("column 'm' has type 'map<string,int>'", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_catalog.Sent);
    }

    [Theory]
    [InlineData("two.parts")]
    [InlineData("a..c")]
    [InlineData("a.b.c.d")]
    public async Task A_name_without_three_parts_is_refused(string name)
    {
        await Failing.WithAsync(
            FailureKind.Terminal, Reasons.InvalidSpec, () => _tables.CreateExternalAsync(New() with { FullName = name }, CancellationToken.None));
    }
}
