using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Operator.Catalog.Auth;
using GovernedFinetune.Operator.Catalog.Http;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Catalog;

/// <summary>A request as it went over the wire.</summary>
internal sealed record SentRequest(string Line, string Body, HttpRequestHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>A catalog that answers what it is told to, by method and path, each answer once and the last one for ever.</summary>
internal sealed class FakeCatalog : HttpMessageHandler
{
    public static readonly Uri Host = new("https://catalog.test");
    private readonly Dictionary<string, Queue<Func<HttpResponseMessage>>> _answers = [];

    public List<SentRequest> Sent { get; } = [];

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));

    public HttpClient Http => field ??= new HttpClient(this, disposeHandler: false);

    public CatalogClient Client => field ??= new CatalogClient(Http, Host, new FixedToken(Clock), Clock);

    public IEnumerable<string> Lines => Sent.Select(s => s.Line);

    public FakeCatalog Answer(string route, string json) => Answer(route, 200, json);

    public FakeCatalog Answer(string route, int status, string body, Action<HttpResponseMessage>? more = null) => Do(route, () =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        more?.Invoke(response);
        return response;
    });

    public FakeCatalog Fail(string route, Exception exception) => Do(route, () => throw exception);

    public FakeCatalog Do(string route, Func<HttpResponseMessage> answer)
    {
        if (!_answers.TryGetValue(route, out var queue))
        {
            _answers[route] = queue = new();
        }

        queue.Enqueue(answer);
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Sent.Add(new SentRequest($"{request.Method} {request.RequestUri!.PathAndQuery}", body, request.Headers));
        var route = $"{request.Method} {request.RequestUri.AbsolutePath}";
        var queue = _answers.TryGetValue(route, out var found) ? found : throw new InvalidOperationException($"The test has no answer for {route}.");
        return (queue.Count > 1 ? queue.Dequeue() : queue.Peek())();
    }

    /// <summary>A token source that counts how often its token was refused.</summary>
    internal sealed class FixedToken(TimeProvider clock) : ITokenSource
    {
        private int _number = 1;

        public ValueTask<AccessToken?> GetAsync(CancellationToken cancellationToken) =>
            new(new AccessToken($"token-{_number}", clock.GetUtcNow().AddHours(1), clock.GetUtcNow().AddHours(2)));

        public void Discard(AccessToken? token) => _number++;
    }
}
