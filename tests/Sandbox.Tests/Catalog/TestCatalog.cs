using System.Net.Http.Headers;
using System.Text;
using GovernedFinetune.Sandbox.Catalog;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Catalog;

/// <summary>
/// A catalog in this process with a metastore that is open to outside engines, the external location <c>lake</c> at
/// <c>s3://governed</c>, the catalog <c>finance</c> with the schemas <c>raw</c>, <c>curated</c> and <c>ml</c>, and the table
/// <c>finance.raw.risk_factors</c>; the administrator owns all of it and nobody else holds a privilege.
/// </summary>
internal sealed class TestCatalog : IAsyncDisposable
{
    private readonly string _directory;
    private readonly CatalogApi _server;
    private readonly HttpClient _http;

    private TestCatalog(string directory, SandboxContext context, CatalogApi server)
    {
        _directory = directory;
        Context = context;
        _server = server;
        _http = new HttpClient { BaseAddress = server.BaseAddress };
        Admin = new Api(_http, "admin", context.AdminToken);
        Anonymous = new Api(_http, "", null);
    }

    public SandboxContext Context { get; }

    public FakeTimeProvider Clock => (FakeTimeProvider)Context.Clock;

    public Api Admin { get; }

    public Api Anonymous { get; }

    public Uri BaseAddress => _server.BaseAddress;

    public string TableId { get; private set; } = "";

    public string MetastoreId { get; private set; } = "";

    public static async Task<TestCatalog> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("catalog-").FullName;
        var options = new SandboxOptions
        {
            StateDirectory = directory,
            TokenLifetime = TimeSpan.FromMinutes(30),
            CredentialLifetime = TimeSpan.FromMinutes(45),
        };
        var context = new SandboxContext(options, new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero)));
        var catalog = new TestCatalog(directory, context, await CatalogApi.StartAsync(context, CancellationToken.None));
        await catalog.SeedAsync();
        return catalog;
    }

    /// <summary>Makes a service principal and signs it in with its secret.</summary>
    public async Task<Api> SignInAsync(string displayName = "job")
    {
        var made = (await Admin.PostAsync("/_sandbox/service-principals", new { displayName })).Ok();
        var id = made.Text("applicationId");
        var token = (await TokenAsync(id, made.Text("clientSecret"))).Ok().Text("access_token");
        return new Api(_http, id, token);
    }

    public async Task<Reply> TokenAsync(string id, string secret, string form = "grant_type=client_credentials&scope=all-apis")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oidc/v1/token")
        {
            Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));
        using var response = await _http.SendAsync(request);
        return new Reply("POST /oidc/v1/token", response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Grants USE on the catalog and one of its schemas, and the privileges on the schema.</summary>
    public async Task LetInAsync(Api principal, string schema, params string[] privileges)
    {
        await Admin.GrantAsync("catalog", "finance", principal.Name, "USE_CATALOG");
        await Admin.GrantAsync("schema", $"finance.{schema}", principal.Name, ["USE_SCHEMA", .. privileges]);
    }

    /// <summary>The policy of the credentials in an answer.</summary>
    public IamPolicy PolicyOf(System.Text.Json.JsonElement answer)
    {
        Assert.True(Context.Credentials.TryGet(answer.GetProperty("aws_temp_credentials").Text("access_key_id"), out var credential));
        return credential.Policy;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        await Context.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task SeedAsync()
    {
        MetastoreId = (await Admin.PostAsync("/_sandbox/metastore", new { externalAccessEnabled = true })).Ok().Text("metastoreId");
        _ = (await Admin.PostAsync($"{Api.Uc}/storage-credentials", new
        {
            name = "lake-role",
            aws_iam_role = new { role_arn = "arn:aws:iam::123456789012:role/lake" },
        })).Ok();
        _ = (await Admin.PostAsync($"{Api.Uc}/external-locations", new { name = "lake", url = "s3://governed/", credential_name = "lake-role" })).Ok();
        _ = (await Admin.PostAsync($"{Api.Uc}/catalogs", new { name = "finance" })).Ok();
        foreach (var name in new[] { "raw", "curated", "ml" })
        {
            _ = (await Admin.PostAsync($"{Api.Uc}/schemas", new { catalog_name = "finance", name })).Ok();
        }

        TableId = (await Admin.PostAsync($"{Api.Uc}/tables", Table("risk_factors"))).Ok().Text("table_id");
    }

    /// <summary>A request for an external table in <c>finance.raw</c>.</summary>
    public static Dictionary<string, object> Table(string name, string schema = "raw", string? location = null) => new()
    {
        ["catalog_name"] = "finance",
        ["schema_name"] = schema,
        ["name"] = name,
        ["table_type"] = "EXTERNAL",
        ["data_source_format"] = "JSON",
        ["storage_location"] = location ?? $"s3://governed/{schema}/{name}",
        ["columns"] = new[] { new { name = "cik", type_text = "string", type_name = "STRING", nullable = false } },
    };
}
