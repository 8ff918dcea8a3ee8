using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Profiles;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Cloud;

/// <summary>A call of a service that speaks JSON, as it went over the wire.</summary>
internal sealed record AwsSent(string Route, string Query, string Body, string Authorization)
{
    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>AWS services that answer what they are told to, by target or by method and path, each answer once and the last
/// one for ever.</summary>
internal sealed class FakeAws : HttpMessageHandler
{
    public const string Region = "eu-central-1";
    private readonly Dictionary<string, Queue<Func<HttpResponseMessage>>> _answers = [];
    private AwsClients? _clients;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));

    public List<AwsSent> Sent { get; } = [];

    public string? Role { get; init; }

    public AwsProfile Profile => new(Region, Role);

    public AwsClients Clients => _clients ??= new AwsClients(
        Profile,
        new EndpointOverrides(name => name == "AWS_ENDPOINT_URL" ? "https://aws.test" : null),
        Clock,
        new Factory(this),
        new BasicAWSCredentials("AKIDOWN", "own-secret"));

    public AwsCaller Caller => field ??= new AwsCaller(Profile, new ApiRateLimits(Clock));

    public FakeAws Answer(string route, string body, int status = 200)
    {
        if (!_answers.TryGetValue(route, out var queue))
        {
            _answers[route] = queue = new();
        }

        queue.Enqueue(() => new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        return this;
    }

    /// <summary>An error in the shape of json 1.1, which the rest-json client reads too.</summary>
    public FakeAws Refuse(string route, string code, string message, int status = 400) =>
        Answer(route, $$"""{"__type":"{{code}}","message":"{{message}}"}""", status);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var route = request.Headers.TryGetValues("X-Amz-Target", out var target) ? target.Single()
            : body.StartsWith("Action=", StringComparison.Ordinal) ? body.Split('&')[0]
            : $"{request.Method} {request.RequestUri!.AbsolutePath}";
        Sent.Add(new AwsSent(route, request.RequestUri!.Query, body, string.Join(',', request.Headers.GetValues("Authorization"))));
        var queue = _answers.TryGetValue(route, out var found) ? found : throw new InvalidOperationException($"The test has no answer for {route}.");
        return (queue.Count > 1 ? queue.Dequeue() : queue.Peek())();
    }

    protected override void Dispose(bool disposing)
    {
        _clients?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Gives the SDK a client over a handler of the test.</summary>
    internal sealed class Factory(HttpMessageHandler handler) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler, disposeHandler: false);

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }
}
