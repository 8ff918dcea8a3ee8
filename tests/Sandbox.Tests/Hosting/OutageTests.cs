using System.Net;
using System.Net.Http.Headers;
using GovernedFinetune.Sandbox.Tests.Kubernetes;

namespace GovernedFinetune.Sandbox.Tests.Hosting;

public sealed class OutageTests : IAsyncLifetime
{
    private const string Namespaces = "/api/v1/namespaces";

    private readonly string _directory = Directory.CreateTempSubdirectory("outage-test-").FullName;
    private RunningSandbox _sandbox = null!;
    private HttpClient _admin = null!;

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(new SandboxOptions { StateDirectory = _directory }, TimeProvider.System, CancellationToken.None);
        _admin = new HttpClient { BaseAddress = _sandbox.Aws.BaseAddress };
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _sandbox.Context.AdminToken);
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        await _sandbox.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_service_that_is_away_cuts_watches_and_requests_until_it_is_back(string version)
    {
        using var client = Client(Version.Parse(version));
        using var watch = await client.GetAsync($"{Namespaces}?watch=true", HttpCompletionOption.ResponseHeadersRead);
        await using var events = await watch.Content.ReadAsStreamAsync();
        Assert.True(await events.ReadAsync(new byte[1]) > 0);

        await AnswersAsync(HttpStatusCode.NoContent, _admin.PutAsync("/_sandbox/outages/kubernetes", null));
        _ = await Assert.ThrowsAnyAsync<IOException>(() => events.CopyToAsync(Stream.Null));
        _ = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(Namespaces));

        await AnswersAsync(HttpStatusCode.NoContent, _admin.DeleteAsync("/_sandbox/outages"));
        await AnswersAsync(HttpStatusCode.OK, client.GetAsync(Namespaces));
    }

    [Theory]
    [InlineData("aws")]
    [InlineData("moon")]
    public async Task A_service_is_taken_away_through_another_one_only(string service)
    {
        await AnswersAsync(HttpStatusCode.BadRequest, _admin.PutAsync($"/_sandbox/outages/{service}", null));
        await AnswersAsync(HttpStatusCode.NoContent, _admin.DeleteAsync("/_sandbox/outages"));
    }

    [Fact]
    public async Task The_log_says_who_asked_and_when()
    {
        using var client = Client(HttpVersion.Version11);
        client.DefaultRequestHeaders.UserAgent.ParseAdd("tester/1.0");
        var before = TimeProvider.System.GetUtcNow();
        await AnswersAsync(HttpStatusCode.OK, client.GetAsync(Namespaces));

        var record = _sandbox.Context.Requests.Snapshot().Single(r => r.Path == Namespaces);
        Assert.Equal("tester/1.0", record.UserAgent);
        Assert.InRange(record.Began, before, record.Time);
    }

    private HttpClient Client(Version version)
    {
        var client = TestCluster.NewClient(_sandbox.Kubernetes);
        client.DefaultRequestVersion = version;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _sandbox.Kubernetes.Token);
        return client;
    }

    private static async Task AnswersAsync(HttpStatusCode expected, Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}
