using System.Text;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Catalog.Privileges;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class CatalogErrorParserTests
{
    private const string Denial = """
        {"error_code":"PERMISSION_DENIED","message":"User does not have EXTERNAL USE SCHEMA on Schema 'icebase.telemetry'.",
         "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"PERMISSION_DENIED","domain":"unity-catalog.databricks.com",
           "metadata":{"principalName":"User","msg":"EXTERNAL USE SCHEMA","resourceType":"Schema","resourceName":"icebase.telemetry"}},
          {"@type":"type.googleapis.com/google.rpc.RequestInfo","request_id":"1"}]}
        """;

    private static CatalogError Parse(int status, string body) => CatalogErrorParser.Parse(status, Encoding.UTF8.GetBytes(body), null, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("""{"error":"old"}""", "", "old")]
    [InlineData("""{"error":"invalid_client","error_description":"Client authentication failed"}""", "", "Client authentication failed")]
    [InlineData("""{"detail":"no such user","status":"404","scimType":"x"}""", "", "no such user")]
    [InlineData("""{"error_code":500,"message":"m"}""", "500", "m")]
    [InlineData("""{"error_code":{"a":1},"message":["x"],"details":"none"}""", "", "")]
    [InlineData("INVALID_STATE: the version is not pending", "INVALID_STATE", "the version is not pending")]
    [InlineData("something else", "", "something else")]
    [InlineData("<html><pre>Reason:\n  bad</pre></html>", "", "Reason: bad")]
    [InlineData("<html><h1>Bad</h1> gateway</html>", "", "Bad gateway")]
    [InlineData("", "", "")]
    [InlineData("[1,2]", "", "[1,2]")]
    public void Every_shape_is_read(string body, string code, string message)
    {
        var error = Parse(400, body);
        Assert.Equal((code, message), (error.Code, error.Message));
    }

    [Fact]
    public void The_privilege_that_is_missing_is_read_from_the_details()
    {
        Assert.Equal("EXTERNAL_USE_SCHEMA", PrivilegeText.Missing(Parse(403, Denial)));
    }

    [Theory]
    [InlineData("User does not have USE CATALOG on Catalog 'main'.", "USE_CATALOG")]
    [InlineData("User does not have privilege MODIFY on Table 'a.b.c'.", "MODIFY")]
    [InlineData("User does not have EXTERNAL_USE_LOCATION on External Location 'x'.", "EXTERNAL_USE_LOCATION")]
    [InlineData("External Data Access from non Databricks Compute environment is disabled for metastore m.", null)]
    [InlineData("User does not have access", null)]
    [InlineData("", null)]
    public void The_privilege_that_is_missing_is_read_from_the_message(string message, string? privilege)
    {
        var error = Parse(403, $$"""{"error_code":"PERMISSION_DENIED","message":"{{message}}"}""");
        Assert.Equal(privilege, PrivilegeText.Missing(error));
    }

    [Theory]
    [InlineData(401, "UNAUTHENTICATED", "UNITY_CATALOG_EXTERNAL_GENERATE_TABLE_CREDENTIALS_DENIED")]
    [InlineData(403, "PERMISSION_DENIED", "EXTERNAL_ACCESS_DISABLED_ON_METASTORE")]
    public void External_access_that_is_off_is_a_denial_whatever_the_status(int status, string code, string reason)
    {
        var error = Parse(status, $$"""{"error_code":"{{code}}","details":[{"@type":"google.rpc.ErrorInfo","reason":"{{reason}}"}]}""");
        Assert.Equal(CatalogErrorKind.Denied, error.Kind);
    }

    [Fact]
    public void A_huge_page_is_cut()
    {
        Assert.True(Parse(500, new string('x', 100_000)).Message.Length < 3000);
    }
}
