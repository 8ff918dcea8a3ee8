using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary><c>POST serviceaccounts/{name}/token</c>, which is <c>kubectl create token</c>.</summary>
internal sealed class TokenRequestHandler(ObjectStore store, ObjectDecoder decoder, ServiceAccountTokens tokens)
{
    private const long DefaultSeconds = 3600;
    private const long LeastSeconds = 600;
    private const long MostSeconds = 1L << 32;

    public async Task CreateAsync(ResourceRequest request, ResourceType tokenRequest)
    {
        var body = await RequestBody.ReadAsync(request.Http.Request, request.Http.RequestAborted);
        var (duplicates, warnings) = (new List<string>(), new List<string>());
        var sent = body.ParseObject(duplicates);
        decoder.Decode(tokenRequest, sent, request.WriteOptions(duplicates, warnings));
        var account = store.Get(request.Type.Collection, request.Key) ?? throw Refusals.NotFound(request.Type, request.Target.Name);

        var spec = sent.Ensure("spec");
        var seconds = spec.Whole("expirationSeconds") ?? DefaultSeconds;
        if (Errors(spec["boundObjectRef"] is not null, seconds) is { Count: > 0 } errors)
        {
            throw Refusals.Invalid(tokenRequest, "", errors);
        }

        var audiences = spec["audiences"].Texts().ToList();
        if (audiences.Count == 0)
        {
            audiences = [ServiceAccountTokens.Audience];
        }

        spec["audiences"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]);
        spec["expirationSeconds"] = seconds;
        var metadata = sent.Ensure("metadata");
        metadata["name"] = account.Key.Name;
        metadata["namespace"] = account.Key.Namespace;
        if (!request.Query.DryRun)
        {
            var (token, expires) = tokens.Issue(account, audiences, TimeSpan.FromSeconds(seconds));
            sent["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = Timestamps.Seconds(expires) };
        }

        Responder.Warn(request.Http, warnings);
        await Responder.WriteAsync(request.Http, 201, sent);
    }

    private static List<FieldError> Errors(bool bound, long seconds)
    {
        List<FieldError> errors = [];
        if (bound)
        {
            errors.Add(FieldError.Forbidden("spec.boundObjectRef", "the sandbox's tokens are bound to their service account only; it has no pods or nodes to bind them to"));
        }

        if (seconds < LeastSeconds)
        {
            errors.Add(FieldError.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"));
        }

        if (seconds > MostSeconds)
        {
            errors.Add(FieldError.Invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"));
        }

        return errors;
    }
}
