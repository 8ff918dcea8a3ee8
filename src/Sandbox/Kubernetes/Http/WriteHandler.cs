using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Patch;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>The verbs create, update and patch.</summary>
internal sealed class WriteHandler(ObjectStore store, ObjectWriter objects, ReadHandler reader)
{
    private const string JsonPatchType = "application/json-patch+json";
    private const string MergePatchType = "application/merge-patch+json";
    private const string StrategicPatchType = "application/strategic-merge-patch+json";
    private const string ApplyType = "application/apply-patch+yaml";

    public async Task CreateAsync(ResourceRequest request)
    {
        if (request.Target.Name.Length > 0)
        {
            throw Refusals.MethodNotAllowed("the server does not allow this method on the requested resource");
        }

        var (shape, body, duplicates, warnings) = await ReadAsync(request);
        var options = request.WriteOptions(duplicates, warnings);
        var made = objects.Create(request.Type, request.Target.Namespace, body.ParseObject(duplicates), options);
        Describe(request, made);
        await AnswerAsync(request, 201, made, shape, warnings);
    }

    public async Task UpdateAsync(ResourceRequest request)
    {
        var (shape, body, duplicates, warnings) = await ReadAsync(request);
        var options = request.WriteOptions(duplicates, warnings);
        var sent = body.ParseObject(duplicates);
        if (request.Type.AllowsCreateOnUpdate && request.Target.Subresource.Length == 0 && store.Get(request.Type.Collection, request.Key) is null)
        {
            sent.Ensure("metadata")["name"] = request.Target.Name;
            await AnswerAsync(request, 201, objects.Create(request.Type, request.Target.Namespace, sent, options), shape, warnings);
            return;
        }

        var changed = objects.Update(request.Type, request.Key, _ => sent.Copy(), options, isPut: true);
        await AnswerAsync(request, 200, changed, shape, warnings);
    }

    public async Task PatchAsync(ResourceRequest request)
    {
        var (shape, body, duplicates, warnings) = await ReadAsync(request);
        var options = request.WriteOptions(duplicates, warnings);
        if (body.MediaType == ApplyType)
        {
            await ApplyAsync(request, shape, body, duplicates, options);
            return;
        }

        if (request.Query.Force)
        {
            throw Refusals.Unprocessable("PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch");
        }

        Func<JsonObject, JsonObject> change = body.MediaType switch
        {
            JsonPatchType => JsonPatchOf(body, duplicates),
            MergePatchType => MergePatchOf(body, duplicates),
            StrategicPatchType when !request.Type.IsCustom => StrategicPatchOf(body, duplicates, request.Type.Schema),
            _ => throw Refusals.UnsupportedMediaType(
                body.MediaType,
                string.Join(", ", (string[])(request.Type.IsCustom ? [JsonPatchType, MergePatchType, ApplyType] : [JsonPatchType, MergePatchType, StrategicPatchType, ApplyType]))),
        };
        var changed = objects.Update(request.Type, request.Key, change, options with { IsPatch = true }, isPut: false);
        await AnswerAsync(request, 200, changed, shape, warnings);
    }

    private static Func<JsonObject, JsonObject> JsonPatchOf(RequestBody body, List<string> duplicates)
    {
        var patch = body.Parse(duplicates, JsonPatchType) as JsonArray ?? throw Refusals.BadRequest("a JSON patch must be an array of operations");
        return current =>
        {
            try
            {
                return Patch.JsonPatch.Apply(current, patch) as JsonObject ?? throw Refusals.Unprocessable("the patched value is not an object");
            }
            catch (FormatException e)
            {
                throw Refusals.Unprocessable($"the server rejected our request due to an error in our request: {e.Message}");
            }
        };
    }

    private static Func<JsonObject, JsonObject> MergePatchOf(RequestBody body, List<string> duplicates)
    {
        var patch = body.ParseObject(duplicates, MergePatchType);
        return current =>
        {
            MergePatch.Apply(current, patch);
            return current;
        };
    }

    private static Func<JsonObject, JsonObject> StrategicPatchOf(RequestBody body, List<string> duplicates, JsonSchema schema)
    {
        var patch = body.ParseObject(duplicates, StrategicPatchType);
        return current =>
        {
            try
            {
                StrategicMergePatch.Apply(current, patch, schema);
                return current;
            }
            catch (FormatException e)
            {
                throw Refusals.Unprocessable($"the server rejected our request due to an error in our request: {e.Message}");
            }
        };
    }

    private async Task ApplyAsync(ResourceRequest request, Representation shape, RequestBody body, List<string> duplicates, WriteOptions options)
    {
        if (!request.Query.HasFieldManager)
        {
            throw Refusals.Unprocessable("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        }

        var (made, created) = objects.Apply(request.Type, request.Key, body.ParseObject(duplicates), options);
        await AnswerAsync(request, created ? 201 : 200, made, shape, [.. options.Warnings]);
    }

    private static async Task<(Representation Shape, RequestBody Body, List<string> Duplicates, List<string> Warnings)> ReadAsync(ResourceRequest request)
    {
        var shape = Representation.Negotiate(request.Http.Request);
        var body = await RequestBody.ReadAsync(request.Http.Request, request.Http.RequestAborted);
        return (shape, body, [], []);
    }

    private Task AnswerAsync(ResourceRequest request, int status, JsonObject json, Representation shape, List<string> warnings)
    {
        Responder.Warn(request.Http, warnings);
        return reader.WriteAsync(request, status, json, shape);
    }

    /// <summary>A generated name is known only now.</summary>
    private static void Describe(ResourceRequest request, JsonObject made) =>
        request.Http.Description().Resource = (request.Target with { Name = made.Object("metadata").Text("name") ?? "" }).Resource;
}
