using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;

namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>The API server as far as one Lease goes: resource versions, conflicts, and the six digits that a MicroTime has.</summary>
internal sealed partial class FakeLeaseServer
{
    private int _version = 100;

    /// <summary>The lease as it is stored; null when there is none.</summary>
    public JsonObject? Lease { get; private set; }

    /// <summary>What was asked: <c>GET</c>, <c>POST</c>, <c>PUT</c>.</summary>
    public List<string> Asked { get; } = [];

    public List<string> Agents { get; } = [];

    /// <summary>Happens before a request is answered; what it throws is what the client meets instead of an answer.</summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public JsonNode? Spec => Lease?["spec"];

    public string? Holder => (string?)Spec?["holderIdentity"];

    public IKubernetes Client(params DelegatingHandler[] before) => new k8s.Kubernetes(
        new KubernetesClientConfiguration { Host = "http://api.test" }, [.. before, new Door(this)]);

    /// <summary>Stores a lease, as somebody else does.</summary>
    public void Put(string spec) => Store(new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = "leader", ["namespace"] = "operators", ["annotations"] = new JsonObject { ["kept"] = "yes" } },
        ["spec"] = JsonNode.Parse(spec),
    });

    public void Delete() => Lease = null;

    private void Store(JsonObject lease)
    {
        lease["apiVersion"] = "coordination.k8s.io/v1";
        lease["kind"] = "Lease";
        lease["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        Lease = lease;
    }

    public async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var verb = request.Method.Method;
        Asked.Add(verb);
        Agents.Add(string.Join(' ', request.Headers.TryGetValues("User-Agent", out var agents) ? agents : []));
        await Before(verb, cancellationToken);
        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
        var answer = Answer(verb, body);
        answer.RequestMessage = request;
        return answer;
    }

    private HttpResponseMessage Answer(string verb, JsonObject? body)
    {
        if (body is not null && new[] { "acquireTime", "renewTime" }.Any(t => body["spec"]![t] is { } time && !SixDigits().IsMatch((string)time!)))
        {
            return Refuse(HttpStatusCode.BadRequest, "a MicroTime has six digits");
        }

        switch (verb)
        {
            case "POST" when Lease is not null:
                return Refuse(HttpStatusCode.Conflict, "AlreadyExists");
            case "PUT" when Lease is not null && (string?)body!["metadata"]!["resourceVersion"] != (string?)Lease["metadata"]!["resourceVersion"]:
                return Refuse(HttpStatusCode.Conflict, "Conflict");
            case "GET" or "PUT" when Lease is null:
                return Refuse(HttpStatusCode.NotFound, "NotFound");
            case "POST" or "PUT":
                Store(body!);
                break;
        }

        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Lease!.ToJsonString(), Encoding.UTF8, "application/json") };
    }

    private static HttpResponseMessage Refuse(HttpStatusCode code, string reason) => new(code)
    {
        Content = new StringContent(
            new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["reason"] = reason, ["code"] = (int)code }.ToJsonString(), Encoding.UTF8, "application/json"),
    };

    [GeneratedRegex(@"\.[0-9]{6}Z\z")]
    private static partial Regex SixDigits();

    private sealed class Door(FakeLeaseServer server) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            server.AnswerAsync(request, cancellationToken);
    }
}
