using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Access;
using GovernedFinetune.Sandbox.Kubernetes.Http;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Resources;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>
/// The kinds that are questions, not objects: they are created, answered in their status, and forgotten
/// (<c>kubectl auth can-i</c>, <c>kubectl auth can-i --list</c>, <c>kubectl auth whoami</c>).
/// </summary>
internal sealed class ReviewHandler(ObjectDecoder decoder, Authorizer authorizer)
{
    public async Task CreateAsync(ResourceRequest request)
    {
        var body = await RequestBody.ReadAsync(request.Http.Request, request.Http.RequestAborted);
        var (duplicates, warnings) = (new List<string>(), new List<string>());
        var review = body.ParseObject(duplicates);
        decoder.Decode(request.Type, review, request.WriteOptions(duplicates, warnings));
        var spec = review.Ensure("spec");
        review["status"] = request.Type.Kind switch
        {
            "SelfSubjectReview" => new JsonObject { ["userInfo"] = UserInfo(request.Caller) },
            "SelfSubjectRulesReview" => Rules(request.Type, request.Caller, spec),
            "SelfSubjectAccessReview" => Answer(request.Type, request.Caller, spec, []),
            "LocalSubjectAccessReview" => Answer(request.Type, Subject(spec), InNamespace(spec, request.Target.Namespace), SubjectErrors(spec)),
            _ => Answer(request.Type, Subject(spec), spec, SubjectErrors(spec)),
        };
        if (request.Type.Kind == "SelfSubjectReview")
        {
            _ = review.Remove("spec");
        }

        Responder.Warn(request.Http, warnings);
        await Responder.WriteAsync(request.Http, 201, review);
    }

    private static JsonObject UserInfo(Caller caller)
    {
        var info = new JsonObject { ["username"] = caller.Name };
        if (caller.Uid.Length > 0)
        {
            info["uid"] = caller.Uid;
        }

        info["groups"] = Strings(caller.Groups);
        return info;
    }

    private JsonObject Rules(ResourceType type, Caller caller, JsonObject spec)
    {
        if (spec.Text("namespace") is not { Length: > 0 } space)
        {
            throw Refusals.BadRequest("no namespace on request");
        }

        var (resources, paths) = (new JsonArray(), new JsonArray());
        foreach (var rule in authorizer.RulesOf(caller, space))
        {
            if (rule.NonResourceUrls.Length > 0)
            {
                paths.Add(new JsonObject { ["verbs"] = Strings(rule.Verbs), ["nonResourceURLs"] = Strings(rule.NonResourceUrls) });
                continue;
            }

            var shown = new JsonObject { ["verbs"] = Strings(rule.Verbs), ["apiGroups"] = Strings(rule.ApiGroups), ["resources"] = Strings(rule.Resources) };
            if (rule.ResourceNames.Length > 0)
            {
                shown["resourceNames"] = Strings(rule.ResourceNames);
            }

            resources.Add(shown);
        }

        return new JsonObject { ["resourceRules"] = resources, ["nonResourceRules"] = paths, ["incomplete"] = false };
    }

    private JsonObject Answer(ResourceType type, Caller subject, JsonObject spec, IEnumerable<FieldError> subjectErrors)
    {
        var (resource, path) = (spec.Object("resourceAttributes"), spec.Object("nonResourceAttributes"));
        List<FieldError> errors = [.. subjectErrors];
        if (resource is not null && path is not null)
        {
            errors.Add(FieldError.Invalid("spec.nonResourceAttributes", path.DeepClone(), "cannot be specified in combination with resourceAttributes"));
        }
        else if (resource is null && path is null)
        {
            errors.Add(FieldError.Invalid("spec.resourceAttributes", null, "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }

        if (errors.Count > 0)
        {
            throw Refusals.Invalid(type, "", errors);
        }

        var decision = authorizer.Decide(subject, resource is null ? PathAccess(path!) : ResourceAccess(resource));
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0)
        {
            status["reason"] = decision.Reason;
        }

        return status;
    }

    private static AccessRequest ResourceAccess(JsonObject attributes) => new()
    {
        Verb = attributes.Text("verb") ?? "",
        Group = attributes.Text("group") ?? "",
        Resource = attributes.Text("resource") ?? "",
        Subresource = attributes.Text("subresource") ?? "",
        Namespace = attributes.Text("namespace") ?? "",
        Name = attributes.Text("name") ?? "",
    };

    private static AccessRequest PathAccess(JsonObject attributes) =>
        AccessRequest.Of(attributes.Text("verb") ?? "", attributes.Text("path") is { Length: > 0 } path ? path : "/");

    private static JsonObject InNamespace(JsonObject spec, string @namespace)
    {
        if (spec.Object("resourceAttributes") is not { } attributes)
        {
            return spec;
        }

        if (attributes.Text("namespace") is { Length: > 0 } given && given != @namespace)
        {
            throw Refusals.BadRequest($"spec.resourceAttributes.namespace must match namespace: {@namespace}");
        }

        attributes["namespace"] = @namespace;
        return spec;
    }

    private static Caller Subject(JsonObject spec) => new(spec.Text("user") ?? "", [.. spec["groups"].Texts()], spec.Text("uid") ?? "");

    private static IEnumerable<FieldError> SubjectErrors(JsonObject spec) =>
        spec.Text("user") is { Length: > 0 } || spec["groups"].Texts().Any()
            ? []
            : [FieldError.Invalid("spec.user", spec.Text("user") ?? "", "at least one of user or group must be specified")];

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
