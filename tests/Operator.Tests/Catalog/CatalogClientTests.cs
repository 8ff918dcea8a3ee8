using System.Net.Http.Headers;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Tests.Catalog;

public sealed class CatalogClientTests : IDisposable
{
    private const string Route = "GET /thing";
    private static readonly CatalogCall Call = CatalogCall.Get("/thing", "read thing a.b.c");
    private readonly FakeCatalog _catalog = new();

    public void Dispose() => _catalog.Dispose();

    private Task<Thing> ReadAsync() => _catalog.Client.ReadAsync<Thing>(Call, CancellationToken.None);

    [Fact]
    public async Task A_success_is_read_with_unknown_members_ignored_and_absent_ones_defaulted()
    {
        _catalog.Answer(Route, """{"some_name":"x","new_member":{"a":[1]}}""");
        Assert.Equal(new Thing("x", 0), await ReadAsync());
        Assert.Equal("Bearer token-1", _catalog.Sent[0].Headers.Authorization!.ToString());
    }

    [Fact]
    public async Task Query_values_are_escaped_and_absent_ones_left_out()
    {
        _catalog.Answer(Route, "{}");
        await _catalog.Client.ReadAsync<Thing>(
            CatalogCall.Get("/thing", "read", ("filter", "name='a.b.c'"), ("page_token", null), ("q", "a&b=c d")), CancellationToken.None);
        Assert.Equal("GET /thing?filter=name%3D%27a.b.c%27&q=a%26b%3Dc%20d", _catalog.Sent[0].Line);
    }

    [Theory]
    [InlineData(429, "{}", FailureKind.Waiting, Reasons.Throttled)]
    [InlineData(503, "", FailureKind.Waiting, Reasons.Throttled)]
    [InlineData(400, """{"error_code":"RESOURCE_EXHAUSTED","message":"slow down"}""", FailureKind.Waiting, Reasons.Throttled)]
    [InlineData(403, """{"error_code":"PERMISSION_DENIED","message":"no"}""", FailureKind.Terminal, Reasons.AccessDenied)]
    [InlineData(401, """{"error_code":"UNAUTHENTICATED","message":"no"}""", FailureKind.Terminal, Reasons.CredentialsUnavailable)]
    [InlineData(400, """{"error_code":"INVALID_PARAMETER_VALUE","message":"bad"}""", FailureKind.Terminal, Reasons.RequestRejected)]
    [InlineData(400, """{"error_code":"INVALID_PARAMETER_VALUE","message":"METASTORE_DOES_NOT_EXIST"}""", FailureKind.Terminal, Reasons.RequestRejected)]
    [InlineData(404, """{"error_code":"ENDPOINT_NOT_FOUND","message":"No API found"}""", FailureKind.Terminal, Reasons.RequestRejected)]
    [InlineData(400, """{"error_code":"TABLE_ALREADY_EXISTS","message":"there"}""", FailureKind.Terminal, Reasons.Conflict)]
    [InlineData(409, """{"error_code":"ABORTED","message":"concurrent"}""", FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData(500, """{"error":"old shape"}""", FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData(502, "<html><body><pre>bad gateway</pre></body></html>", FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData(504, "", FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData(302, "", FailureKind.Transient, Reasons.ServiceUnavailable)]
    [InlineData(404, "<html>no such page</html>", FailureKind.Transient, Reasons.ServiceUnavailable)]
    public async Task Each_error_is_answered_in_its_own_way(int status, string body, FailureKind kind, string reason)
    {
        _catalog.Answer(Route, status, body);
        var failure = await Failing.WithAsync(kind, reason, ReadAsync);
        Assert.Contains("read thing a.b.c", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, """{"error_code":"TABLE_DOES_NOT_EXIST","message":"gone"}""")]
    [InlineData(404, """{"error_code":"RESOURCE_DOES_NOT_EXIST"}""")]
    [InlineData(400, """{"error_code":"RESOURCE_DOES_NOT_EXIST"}""")]
    [InlineData(404, """{"error_code":"CATALOG_NOT_FOUND"}""")]
    [InlineData(404, "")]
    public async Task What_does_not_exist_is_nothing(int status, string body)
    {
        _catalog.Answer(Route, status, body);
        Assert.Null(await _catalog.Client.FindAsync<Thing>(Call, CancellationToken.None));
    }

    [Theory]
    [InlineData(404, """{"error_code":"ENDPOINT_NOT_FOUND"}""")]
    [InlineData(403, """{"error_code":"PERMISSION_DENIED"}""")]
    [InlineData(500, "")]
    public async Task A_failure_is_never_taken_for_a_missing_object(int status, string body)
    {
        _catalog.Answer(Route, status, body);
        await Assert.ThrowsAsync<OperatorException>(() => _catalog.Client.FindAsync<Thing>(Call, CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"error_code":"TABLE_ALREADY_EXISTS"}""", 400)]
    [InlineData("""{"error_code":"RESOURCE_ALREADY_EXISTS"}""", 409)]
    [InlineData("""{"error_code":"INVALID_PARAMETER_VALUE","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RESOURCE_ALREADY_EXISTS"}]}""", 400)]
    public async Task An_object_that_is_there_already_is_no_failure_of_a_create(string body, int status)
    {
        _catalog.Answer("POST /thing", status, body);
        Assert.Null(await _catalog.Client.CreateAsync<Thing>(CatalogCall.Post("/thing", "create", new { }), CancellationToken.None));
    }

    [Fact]
    public async Task A_refused_token_is_replaced_once_and_the_call_repeated()
    {
        _catalog.Answer(Route, 401, """{"error_code":"UNAUTHENTICATED"}""").Answer(Route, """{"some_name":"x"}""");
        Assert.Equal("x", (await ReadAsync()).SomeName);
        Assert.Equal(["Bearer token-1", "Bearer token-2"], _catalog.Sent.Select(s => s.Headers.Authorization!.ToString()));
    }

    [Fact]
    public async Task Two_refused_tokens_are_enough()
    {
        _catalog.Answer(Route, 401, "{}");
        await Failing.WithAsync(FailureKind.Terminal, Reasons.CredentialsUnavailable, ReadAsync);
        Assert.Equal(2, _catalog.Sent.Count);
    }

    [Fact]
    public async Task The_wait_that_a_throttle_asks_for_is_passed_on_as_seconds()
    {
        _catalog.Answer(Route, 429, "{}", r => r.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(7)));
        var failure = await Failing.WithAsync(FailureKind.Waiting, Reasons.Throttled, ReadAsync);
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
    }

    [Fact]
    public async Task The_wait_that_a_throttle_asks_for_is_passed_on_as_a_date()
    {
        _catalog.Answer(Route, 503, "", r => r.Headers.RetryAfter = new RetryConditionHeaderValue(_catalog.Clock.GetUtcNow().AddSeconds(90)));
        var failure = await Failing.WithAsync(FailureKind.Waiting, Reasons.Throttled, ReadAsync);
        Assert.Equal(TimeSpan.FromSeconds(90), failure.RetryAfter);
    }

    [Fact]
    public async Task A_date_that_has_passed_asks_for_no_wait()
    {
        _catalog.Answer(Route, 503, "", r => r.Headers.RetryAfter = new RetryConditionHeaderValue(_catalog.Clock.GetUtcNow().AddDays(-1)));
        Assert.Equal(TimeSpan.Zero, (await Assert.ThrowsAsync<OperatorException>(ReadAsync)).RetryAfter);
    }

    [Fact]
    public async Task A_wait_may_stand_in_the_details()
    {
        _catalog.Answer(Route, 429, """{"error_code":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retry_delay":"3s"}]}""");
        Assert.Equal(TimeSpan.FromSeconds(3), (await Assert.ThrowsAsync<OperatorException>(ReadAsync)).RetryAfter);
    }

    [Fact]
    public async Task A_lost_connection_is_transient_and_says_which_host()
    {
        _catalog.Fail(Route, new HttpRequestException("connection refused"));
        var failure = await Failing.WithAsync(FailureKind.Transient, Reasons.ServiceUnavailable, ReadAsync);
        Assert.Contains("https://catalog.test", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_out_is_transient()
    {
        _catalog.Fail(Route, new TaskCanceledException("timeout"));
        await Failing.WithAsync(FailureKind.Transient, Reasons.ServiceUnavailable, ReadAsync);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_told_that_the_service_is_down()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _catalog.Client.ReadAsync<Thing>(Call, gone.Token));
    }

    [Theory]
    [InlineData("<html>log in</html>")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"number":"many"}""")]
    public async Task A_success_that_cannot_be_read_is_transient(string body)
    {
        _catalog.Answer(Route, body);
        await Failing.WithAsync(FailureKind.Transient, Reasons.ServiceUnavailable, ReadAsync);
    }

    private sealed record Thing(string? SomeName, int Number);
}
