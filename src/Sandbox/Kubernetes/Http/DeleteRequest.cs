using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Lifecycle;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>How to delete.</summary>
/// <param name="Propagation">What becomes of dependents.</param>
/// <param name="Uid">Only the object with this UID.</param>
/// <param name="ResourceVersion">Only this version of the object.</param>
/// <param name="DryRun">Change nothing.</param>
internal sealed record DeleteRequest(Propagation Propagation, string? Uid, string? ResourceVersion, bool DryRun)
{
    /// <summary>Reads the options from the body, else from the query.</summary>
    /// <exception cref="StatusException">They are malformed.</exception>
    public static DeleteRequest Read(RequestBody body, RequestQuery query)
    {
        var options = body.Bytes.Length == 0 ? [] : body.ParseObject(null);
        if (options.Text("kind") is { Length: > 0 } kind && kind != "DeleteOptions")
        {
            throw Refusals.BadRequest($"the body of a deletion must be DeleteOptions, not {kind}");
        }

        var preconditions = options.Object("preconditions");
        var dryRun = options["dryRun"].Texts().ToList();
        if (dryRun.Exists(d => d != "All"))
        {
            throw Refusals.Unprocessable("dryRun: Unsupported value: supported values: \"All\"");
        }

        foreach (var (field, expected) in new[] { ("gracePeriodSeconds", "integer"), ("orphanDependents", "boolean"), ("propagationPolicy", "string"), ("preconditions", "object"), ("dryRun", "array") })
        {
            if (options[field] is { } value && SchemaValidator.TypeOf(value) is var actual && actual != expected)
            {
                throw Refusals.BadRequest($"json: cannot unmarshal {actual} into Go struct field DeleteOptions.{field} of type {expected}");
            }
        }

        if (options["orphanDependents"] is not null && options["propagationPolicy"] is not null)
        {
            throw Refusals.Unprocessable($"DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"{options.Text("propagationPolicy")}\": orphanDependents and deletionPropagation cannot be both set");
        }

        var policy = options.Text("propagationPolicy") ?? query.Text("propagationPolicy");
        var orphan = options["orphanDependents"] is JsonValue ? options.Flag("orphanDependents") : query.Text("orphanDependents") == "true";
        return new DeleteRequest(
            policy switch
            {
                "" => orphan ? Propagation.Orphan : Propagation.Background,
                "Background" => Propagation.Background,
                "Foreground" => Propagation.Foreground,
                "Orphan" => Propagation.Orphan,
                _ => throw Refusals.Unprocessable($"DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"{policy}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""),
            },
            preconditions.Text("uid"),
            preconditions.Text("resourceVersion"),
            dryRun.Count > 0 || query.DryRun);
    }
}
