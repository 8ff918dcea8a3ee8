using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.Json;

/// <summary>A service of the JSON 1.1 protocol: one path, and the operation in <c>X-Amz-Target</c>.</summary>
internal abstract class JsonRpcApi(AwsService service, string targetPrefix) : IAwsApi
{
    public AwsService Service => service;

    /// <summary>The operations by name. The result is the answer's body; null is an empty answer.</summary>
    protected abstract IReadOnlyDictionary<string, Func<AwsRequest, JsonObject, JsonObject?>> Operations { get; }

    public Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var target = request.Header("X-Amz-Target") ?? "";
        var name = target.StartsWith(targetPrefix + ".", StringComparison.Ordinal) ? target[(targetPrefix.Length + 1)..] : "";
        request.Describe(name.Length > 0 ? name : target);
        if (request.Http.Request.Method != "POST" || !Operations.TryGetValue(name, out var operation))
        {
            throw new AwsException(400, "UnknownOperationException", $"The sandbox does not implement '{target}'.");
        }

        var answer = operation(request, JsonInput.Read(request.Body));
        if (answer is not null)
        {
            return AwsResponses.WriteJsonAsync(request.Http, service, answer);
        }

        request.Http.Response.ContentType = "application/x-amz-json-1.1";
        request.Http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
