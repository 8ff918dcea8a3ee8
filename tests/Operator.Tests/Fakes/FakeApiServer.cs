using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Tests.Leadership;
using k8s;
using k8s.Models;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>
/// The API server as far as the operator's calls go, without a socket: objects by name, JSON patch with a test, merge
/// patch on the status subresource with preconditions, and 404, 409 and 422 as the real one gives them.
/// </summary>
internal sealed class FakeApiServer(CallLog calls)
{
    private static readonly Uri Address = new("http://api.test");
    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private long _version = 10;

    /// <summary>The lease, which is not part of the call log.</summary>
    public FakeLeaseServer Lease { get; } = new();

    /// <summary>The label selectors of the lists that were asked for, decoded.</summary>
    public List<string> Selectors { get; } = [];

    /// <summary>Called with each status that is stored: the object as it was and as it is.</summary>
    public Action<FineTuneRun, FineTuneRun> StatusStored { get; set; } = (_, _) => { };

    public KubernetesClientConfiguration Configuration { get; } = new() { Host = Address.ToString() };

    public KubeOps.KubernetesClient.KubernetesClient Client() => new(Configuration, Kubernetes());

    public IKubernetes Kubernetes() => new k8s.Kubernetes(Configuration, new Door(this));

    /// <summary>Puts an object there, as kubectl would.</summary>
    public void Put<T>(T entity)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        entity.Metadata.ResourceVersion = Next();
        _objects[Key(Plural<T>(), entity.Metadata.NamespaceProperty, entity.Metadata.Name)] = Json(entity);
    }

    public T? Find<T>(string ns, string name)
        where T : class =>
        _objects.TryGetValue(Key(Plural<T>(), ns, name), out var found) ? KubernetesJson.Deserialize<T>(found.ToJsonString()) : null;

    public void Remove<T>(string ns, string name) => _objects.Remove(Key(Plural<T>(), ns, name));

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var parts = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        if (parts[1] == "coordination.k8s.io")
        {
            return await Lease.AnswerAsync(request, cancellationToken);
        }

        var at = Array.IndexOf(parts, "namespaces") + 1;
        var (ns, plural, name, sub) = at > 0
            ? (parts[at], parts[at + 1], parts.ElementAtOrDefault(at + 2), parts.ElementAtOrDefault(at + 3))
            : ("", parts[3], null, null);
        if (System.Web.HttpUtility.ParseQueryString(request.RequestUri.Query)["labelSelector"] is { } selector)
        {
            Selectors.Add(selector);
        }

        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
        var answer = await calls.MakeAsync($"k8s:{Verb(request, name, sub)} {plural}", () => Answer(request.Method, plural, ns, name, sub, body));
        answer.RequestMessage = request;
        return answer;
    }

    private HttpResponseMessage Answer(HttpMethod method, string plural, string ns, string? name, string? sub, JsonNode? body)
    {
        if (method == HttpMethod.Post && plural == "events")
        {
            return Ok(body!.AsObject());
        }

        if (name is null)
        {
            var items = _objects.Where(o => o.Key.StartsWith(ns.Length == 0 ? $"{plural}/" : $"{plural}/{ns}/", StringComparison.Ordinal)).Select(o => o.Value.DeepClone()).ToArray();
            return Ok(new JsonObject { ["metadata"] = new JsonObject(), ["items"] = new JsonArray(items) });
        }

        if (!_objects.TryGetValue(Key(plural, ns, name), out var found))
        {
            return Refuse(HttpStatusCode.NotFound, "NotFound");
        }

        return method.Method switch
        {
            "GET" => Ok(found),
            "DELETE" => Delete(found, body?["preconditions"]?["uid"]),
            "PATCH" when sub == "status" => PatchStatus(plural, found, body!.AsObject()),
            "PATCH" => PatchObject(found, body!.AsArray()),
            _ => Refuse(HttpStatusCode.MethodNotAllowed, "MethodNotAllowed"),
        };
    }

    private HttpResponseMessage PatchStatus(string plural, JsonObject found, JsonObject patch)
    {
        var metadata = found["metadata"]!;
        if (patch["metadata"] is { } wanted
            && ((string?)wanted["resourceVersion"] != (string?)metadata["resourceVersion"] || (string?)wanted["uid"] != (string?)metadata["uid"]))
        {
            return Refuse(HttpStatusCode.Conflict, "Conflict");
        }

        var before = found.ToJsonString();
        found["status"] = MergePatch.Apply(found["status"], patch["status"]);
        metadata["resourceVersion"] = Next();
        if (plural == Plural<FineTuneRun>())
        {
            StatusStored(KubernetesJson.Deserialize<FineTuneRun>(before), KubernetesJson.Deserialize<FineTuneRun>(found.ToJsonString()));
        }

        return Ok(found);
    }

    private HttpResponseMessage PatchObject(JsonObject found, JsonArray patch)
    {
        var metadata = found["metadata"]!.AsObject();
        foreach (var operation in patch)
        {
            switch ((string?)operation!["op"], (string?)operation["path"])
            {
                case ("test", "/metadata/resourceVersion"):
                    if ((string?)operation["value"] != (string?)metadata["resourceVersion"])
                    {
                        return Refuse(HttpStatusCode.UnprocessableEntity, "Invalid");
                    }

                    break;
                case ("add", "/metadata/finalizers"):
                    metadata["finalizers"] = operation["value"]!.DeepClone();
                    break;
                case ("add", "/metadata/finalizers/-"):
                    metadata["finalizers"]!.AsArray().Add(operation["value"]!.DeepClone());
                    break;
                case ("remove", "/metadata/finalizers/0"):
                    metadata["finalizers"]!.AsArray().RemoveAt(0);
                    break;
                default:
                    return Refuse(HttpStatusCode.UnprocessableEntity, "Invalid");
            }
        }

        metadata["resourceVersion"] = Next();
        return Ok(found);
    }

    private HttpResponseMessage Delete(JsonObject found, JsonNode? uid)
    {
        var metadata = found["metadata"]!.AsObject();
        if (uid is not null && (string?)uid != (string?)metadata["uid"])
        {
            return Refuse(HttpStatusCode.Conflict, "Conflict");
        }

        if (metadata["finalizers"] is JsonArray { Count: > 0 })
        {
            metadata["deletionTimestamp"] ??= "2026-11-24T10:00:00Z";
            metadata["resourceVersion"] = Next();
        }
        else
        {
            _ = _objects.Remove(_objects.Single(o => ReferenceEquals(o.Value, found)).Key);
        }

        return Ok(found);
    }

    private static string Verb(HttpRequestMessage request, string? name, string? sub) => request.Method.Method switch
    {
        "GET" => name is null ? "List" : "Get",
        "PATCH" => sub == "status" ? "PatchStatus" : "Patch",
        var other => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(other.ToLowerInvariant()),
    };

    private static HttpResponseMessage Ok(JsonObject value) =>
        new(HttpStatusCode.OK) { Content = new StringContent(value.ToJsonString(), Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Refuse(HttpStatusCode code, string reason) => new(code)
    {
        Content = new StringContent(
            new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["reason"] = reason, ["code"] = (int)code }.ToJsonString(),
            Encoding.UTF8,
            "application/json"),
    };

    private static JsonObject Json(object value) => JsonNode.Parse(KubernetesJson.Serialize(value))!.AsObject();

    private static string Key(string plural, string ns, string name) => $"{plural}/{ns}/{name}";

    private static string Plural<T>() => typeof(T) == typeof(FineTuneRun) ? "finetuneruns" : "datasetgrants";

    private string Next() => (++_version).ToString(CultureInfo.InvariantCulture);

    /// <summary>A client's way in; each client disposes of its own.</summary>
    private sealed class Door(FakeApiServer server) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            server.AnswerAsync(request, cancellationToken);
    }
}
