namespace GovernedFinetune.Sandbox.Tests.Catalog;

public sealed class OAuthTests
{
    [Fact]
    public async Task A_service_principal_gets_a_token_and_is_known_by_its_application_id()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var made = (await catalog.Admin.PostAsync("/_sandbox/service-principals", new { displayName = "trainer" })).Ok();

        var token = (await catalog.TokenAsync(made.Text("applicationId"), made.Text("clientSecret"))).Ok();

        Assert.Equal("Bearer", token.Text("token_type"));
        Assert.Equal(1800, token.GetProperty("expires_in").GetInt32());
        Assert.Equal("all-apis", token.Text("scope"));
        Assert.Equal(3, token.Text("access_token").Split('.').Length);
        Assert.False(token.Has("refresh_token"));
        Assert.Matches("^[A-Za-z0-9]+$", made.Text("clientSecret"));
    }

    [Fact]
    public async Task Me_tells_a_service_principal_its_name_and_groups_also_through_other_groups()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync("trainer");
        _ = (await catalog.Admin.PostAsync("/_sandbox/groups", new { displayName = "jobs", members = new[] { job.Name } })).Ok();
        _ = (await catalog.Admin.PostAsync("/_sandbox/groups", new { displayName = "readers", members = new[] { "jobs" } })).Ok();

        var me = (await job.GetAsync("/api/2.0/preview/scim/v2/Me")).Ok();

        Assert.Equal(job.Name, me.Text("userName"));
        Assert.Equal(job.Name, me.Text("applicationId"));
        Assert.Equal("trainer", me.Text("displayName"));
        Assert.Equal(["jobs:direct", "readers:indirect"], me.Items("groups").Select(g => $"{g.Text("display")}:{g.Text("type")}"));
    }

    [Theory]
    [InlineData("grant_type=client_credentials", true, 401, "invalid_client")]
    [InlineData("scope=all-apis", false, 400, "invalid_request")]
    [InlineData("grant_type=password", false, 400, "unsupported_grant_type")]
    public async Task Bad_token_requests_get_an_RFC_6749_error(string form, bool wrongSecret, int status, string error)
    {
        await using var catalog = await TestCatalog.StartAsync();
        var made = (await catalog.Admin.PostAsync("/_sandbox/service-principals", new { displayName = "trainer" })).Ok();

        var refused = await catalog.TokenAsync(made.Text("applicationId"), wrongSecret ? "wrong" : made.Text("clientSecret"), form);

        Assert.Equal(status, (int)refused.Status);
        Assert.Equal(error, refused.Json.Text("error"));
        Assert.False(refused.Json.Has("error_code"));
    }

    [Fact]
    public async Task A_token_request_without_basic_credentials_or_without_a_form_is_refused()
    {
        await using var catalog = await TestCatalog.StartAsync();

        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
        var anonymous = await catalog.Anonymous.SendAsync(HttpMethod.Post, "/oidc/v1/token", form);
        var json = await catalog.Anonymous.PostAsync("/oidc/v1/token", new { grant_type = "client_credentials" });

        Assert.Equal((401, "invalid_client"), ((int)anonymous.Status, anonymous.Json.Text("error")));
        Assert.Equal((400, "invalid_request"), ((int)json.Status, json.Json.Text("error")));
    }

    [Fact]
    public async Task A_token_is_good_until_its_lifetime_is_over_and_then_401()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();

        catalog.Clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1));
        _ = (await job.GetAsync($"{Api.Uc}/metastore_summary")).Ok();
        catalog.Clock.Advance(TimeSpan.FromSeconds(1));
        var refused = await job.GetAsync($"{Api.Uc}/metastore_summary");

        Assert.Contains("expired", refused.Refused(401, "UNAUTHENTICATED").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("made-up")]
    [InlineData("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZG1pbiJ9.AAAA")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.")]
    public async Task Requests_without_a_token_of_this_workspace_are_401_on_every_route(string? token)
    {
        await using var catalog = await TestCatalog.StartAsync();
        using var http = new HttpClient { BaseAddress = catalog.BaseAddress };
        var caller = new Api(http, "", token);

        _ = (await caller.GetAsync($"{Api.Uc}/catalogs")).Refused(401, "UNAUTHENTICATED");
        _ = (await caller.GetAsync("/api/2.0/preview/scim/v2/Me")).Refused(401, "UNAUTHENTICATED");
        _ = (await caller.GetAsync("/no/such/route")).Refused(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task A_token_with_another_subject_written_into_it_is_refused()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var made = (await catalog.Admin.PostAsync("/_sandbox/service-principals", new { displayName = "a" })).Ok();
        var other = (await catalog.SignInAsync("b")).Name;
        var token = (await catalog.TokenAsync(made.Text("applicationId"), made.Text("clientSecret"))).Ok().Text("access_token");
        var parts = token.Split('.');
        var claims = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        parts[1] = System.Buffers.Text.Base64Url.EncodeToString(
            System.Text.Encoding.UTF8.GetBytes(claims.Replace(made.Text("applicationId"), other, StringComparison.Ordinal)));
        using var http = new HttpClient { BaseAddress = catalog.BaseAddress };

        var reply = await new Api(http, "", string.Join('.', parts)).GetAsync($"{Api.Uc}/metastore_summary");

        _ = reply.Refused(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task Tokens_of_a_deleted_service_principal_stop_working()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();

        _ = (await catalog.Admin.DeleteAsync($"/_sandbox/service-principals/{job.Name}")).Ok();

        _ = (await job.GetAsync($"{Api.Uc}/metastore_summary")).Refused(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task SDKs_find_the_token_endpoint_through_the_discovery_documents()
    {
        await using var catalog = await TestCatalog.StartAsync();

        var config = (await catalog.Anonymous.GetAsync("/.well-known/databricks-config")).Ok();
        var server = (await catalog.Anonymous.GetAsync(config.Text("oidc_endpoint") + "/.well-known/oauth-authorization-server")).Ok();

        Assert.Equal(new Uri(catalog.BaseAddress, "/oidc").ToString(), config.Text("oidc_endpoint"));
        Assert.Equal("workspace", config.Text("host_type"));
        Assert.Equal(new Uri(catalog.BaseAddress, "/oidc/v1/token").ToString(), server.Text("token_endpoint"));
        Assert.True(Uri.IsWellFormedUriString(server.Text("authorization_endpoint"), UriKind.Absolute));
    }

    [Fact]
    public async Task The_administrators_routes_are_closed_to_service_principals()
    {
        await using var catalog = await TestCatalog.StartAsync();
        var job = await catalog.SignInAsync();

        var reply = await job.PostAsync("/_sandbox/metastore", new { externalAccessEnabled = false });

        Assert.Equal(401, (int)reply.Status);
    }
}
