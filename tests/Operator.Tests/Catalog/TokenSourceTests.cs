using System.Net;
using System.Text;
using GovernedFinetune.Operator.Catalog.Auth;
using GovernedFinetune.Operator.Cloud.Secrets;
using GovernedFinetune.Operator.Failures;
using Microsoft.Extensions.Logging;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class TokenSourceTests : IDisposable
{
    private const string Route = "POST /oidc/v1/token";
    private const string Canary = "s3cr3t-canary";
    private readonly FakeCatalog _catalog = new();
    private readonly FakeSecrets _secrets = new() { Text = $$"""{"client_id":"app-1","client_secret":"{{Canary}}"}""" };
    private readonly LogLines _log = new();
    private readonly ClientCredentialsTokenSource _tokens;

    public TokenSourceTests() => _tokens = new ClientCredentialsTokenSource(
        new TokenEndpoint(_catalog.Http, FakeCatalog.Host, _catalog.Clock),
        new ClientCredentialsCache(_secrets, _catalog.Clock),
        "governed/secret",
        _catalog.Clock,
        _log);

    public void Dispose()
    {
        _tokens.Dispose();
        _catalog.Dispose();
    }

    private static string Token(string value, int seconds = 3600) => $$"""{"access_token":"{{value}}","token_type":"Bearer","expires_in":{{seconds}}}""";

    private async Task<string> GetAsync() => (await _tokens.GetAsync(CancellationToken.None))!.Value;

    [Fact]
    public async Task The_client_credentials_grant_is_asked_for_with_basic_authentication()
    {
        _catalog.Answer(Route, Token("t1"));
        Assert.Equal("t1", await GetAsync());
        var sent = Assert.Single(_catalog.Sent);
        Assert.Equal("grant_type=client_credentials&scope=all-apis", sent.Body);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"app-1:{Canary}")), sent.Headers.Authorization!.ToString());
    }

    [Fact]
    public async Task A_token_is_kept_until_twenty_minutes_before_its_end()
    {
        _catalog.Answer(Route, Token("t1")).Answer(Route, Token("t2"));
        Assert.Equal("t1", await GetAsync());
        _catalog.Clock.Advance(TimeSpan.FromMinutes(39));
        Assert.Equal("t1", await GetAsync());
        _catalog.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("t2", await GetAsync());
        Assert.Equal(2, _catalog.Sent.Count);
    }

    [Fact]
    public async Task A_short_token_is_kept_for_half_its_life()
    {
        _catalog.Answer(Route, Token("t1", 60)).Answer(Route, Token("t2", 60));
        await GetAsync();
        _catalog.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("t1", await GetAsync());
        _catalog.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("t2", await GetAsync());
    }

    [Fact]
    public async Task Many_callers_share_one_request()
    {
        var gate = new TaskCompletionSource();
        using var slow = new SlowHandler(gate.Task, Token("t1"));
        using var http = new HttpClient(slow);
        using var tokens = new ClientCredentialsTokenSource(
            new TokenEndpoint(http, FakeCatalog.Host, _catalog.Clock), new ClientCredentialsCache(_secrets, _catalog.Clock), "s", _catalog.Clock, _log);
        var callers = Enumerable.Range(0, 20).Select(_ => tokens.GetAsync(CancellationToken.None).AsTask()).ToList();
        gate.SetResult();
        Assert.All(await Task.WhenAll(callers), t => Assert.Equal("t1", t!.Value));
        Assert.Equal(1, slow.Requests);
    }

    [Fact]
    public async Task An_early_renewal_that_fails_leaves_the_old_token_in_use_and_is_left_alone_for_a_minute()
    {
        _catalog.Answer(Route, Token("t1")).Answer(Route, 500, "").Answer(Route, Token("t2"));
        await GetAsync();
        _catalog.Clock.Advance(TimeSpan.FromMinutes(45));
        Assert.Equal("t1", await GetAsync());
        Assert.Equal("t1", await GetAsync());
        Assert.Equal(2, _catalog.Sent.Count);
        _catalog.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("t2", await GetAsync());
    }

    [Fact]
    public async Task An_expired_token_is_never_used()
    {
        _catalog.Answer(Route, Token("t1")).Answer(Route, 500, "");
        await GetAsync();
        _catalog.Clock.Advance(TimeSpan.FromMinutes(60));
        await Failing.WithAsync(FailureKind.Transient, Reasons.ServiceUnavailable, GetAsync);
    }

    [Fact]
    public async Task A_discarded_token_is_replaced_but_a_newer_one_is_kept()
    {
        _catalog.Answer(Route, Token("t1")).Answer(Route, Token("t2")).Answer(Route, Token("t3"));
        var first = await _tokens.GetAsync(CancellationToken.None);
        _tokens.Discard(first);
        Assert.Equal("t2", await GetAsync());
        _tokens.Discard(first);
        Assert.Equal("t2", await GetAsync());
    }

    [Fact]
    public async Task The_secret_is_read_once_in_some_minutes()
    {
        _catalog.Answer(Route, Token("t1", 10));
        await GetAsync();
        _catalog.Clock.Advance(TimeSpan.FromMinutes(4));
        await GetAsync();
        Assert.Equal(1, _secrets.Reads);
        _catalog.Clock.Advance(TimeSpan.FromMinutes(2));
        await GetAsync();
        Assert.Equal(2, _secrets.Reads);
    }

    [Fact]
    public async Task A_rotated_secret_is_read_again_when_the_old_one_is_refused()
    {
        _catalog.Answer(Route, Token("t1", 10)).Answer(Route, 401, """{"error":"invalid_client"}""").Answer(Route, Token("t2"));
        await GetAsync();
        _catalog.Clock.Advance(TimeSpan.FromMinutes(1));
        _secrets.Text = """{"client_id":"app-1","client_secret":"rotated"}""";
        Assert.Equal("t2", await GetAsync());
        Assert.Equal("Basic " + Convert.ToBase64String("app-1:rotated"u8), _catalog.Sent[^1].Headers.Authorization!.ToString());
    }

    [Fact]
    public async Task A_secret_that_is_refused_and_not_rotated_is_terminal_and_says_which()
    {
        _catalog.Answer(Route, 401, """{"error":"invalid_client","error_description":"Client authentication failed"}""");
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.CredentialsUnavailable, GetAsync);
        Assert.Contains("governed/secret", failure.Message, StringComparison.Ordinal);
        Assert.Contains("app-1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Client authentication failed", failure.Message, StringComparison.Ordinal);
        Assert.Single(_catalog.Sent);
    }

    [Theory]
    [InlineData(429, FailureKind.Waiting, Reasons.Throttled)]
    [InlineData(503, FailureKind.Waiting, Reasons.Throttled)]
    [InlineData(502, FailureKind.Transient, Reasons.ServiceUnavailable)]
    public async Task A_token_endpoint_in_trouble_is_not_taken_for_a_bad_secret(int status, FailureKind kind, string reason)
    {
        _catalog.Answer(Route, status, "");
        await Failing.WithAsync(kind, reason, GetAsync);
        Assert.Equal(1, _secrets.Reads);
    }

    [Theory]
    [InlineData("not json s3cr3t-canary", "it is not JSON")]
    [InlineData("""{"client_id":"a"}""", "'client_secret' is missing or empty")]
    [InlineData("""{"client_id":"","client_secret":"s3cr3t-canary"}""", "'client_id' is missing or empty")]
    [InlineData("""["s3cr3t-canary"]""", "'client_id' is missing or empty")]
    [InlineData("""{"client_id":1,"client_secret":"s3cr3t-canary"}""", "'client_id' is missing or empty")]
    public async Task A_malformed_secret_is_terminal_and_never_quoted(string text, string problem)
    {
        _secrets.Text = text;
        var failure = await Failing.WithAsync(FailureKind.Terminal, Reasons.CredentialsUnavailable, GetAsync);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_secret_nor_token_shows_in_logs_messages_or_text_forms()
    {
        _catalog.Answer(Route, Token("token-canary"))
            .Answer(Route, 500, $$"""{"error_description":"you sent {{Canary}}"}""")
            .Answer(Route, 400, $$"""{"error":"invalid_client","error_description":"you sent {{Canary}}"}""");
        var token = await _tokens.GetAsync(CancellationToken.None);
        _catalog.Clock.Advance(TimeSpan.FromMinutes(50));
        await GetAsync();
        _tokens.Discard(token);
        var failure = await Assert.ThrowsAsync<OperatorException>(GetAsync);
        var shown = string.Join('\n', [.. _log.Lines, failure.ToString(), token!.ToString(), ClientCredentials.Parse("s", _secrets.Text).ToString()]);
        Assert.DoesNotContain("canary", shown, StringComparison.Ordinal);
        Assert.Contains(_log.Lines, l => l.Contains("app-1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("token-canary")]
    [InlineData("""{"access_token":["token-canary"]}""")]
    public async Task A_success_without_a_token_is_transient_and_never_quoted(string body)
    {
        _catalog.Answer(Route, body);
        var failure = await Failing.WithAsync(FailureKind.Transient, Reasons.ServiceUnavailable, GetAsync);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_open_source_server_gets_the_token_of_the_secret_or_none()
    {
        var tokens = new SharedTokenSource(_secrets, "s", _catalog.Clock);
        _secrets.Text = """{"token":"admin"}""";
        Assert.Equal("admin", (await tokens.GetAsync(CancellationToken.None))!.Value);
        _secrets.Text = "{}";
        Assert.Equal("admin", (await tokens.GetAsync(CancellationToken.None))!.Value);
        tokens.Discard(await tokens.GetAsync(CancellationToken.None));
        Assert.Null(await tokens.GetAsync(CancellationToken.None));
    }

    private sealed class FakeSecrets : ISecretReader
    {
        public required string Text { get; set; }

        public int Reads { get; private set; }

        public Task<string> ReadAsync(string secretId, CancellationToken cancellationToken)
        {
            Reads++;
            return Task.FromResult(Text);
        }
    }

    private sealed class SlowHandler(Task gate, string answer) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            await gate;
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer) };
        }
    }

    private sealed class LogLines : ILogger<ClientCredentialsTokenSource>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception) + exception);
    }
}
