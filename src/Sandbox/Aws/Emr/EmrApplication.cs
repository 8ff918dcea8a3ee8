using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.Emr;

/// <summary>An EMR Serverless application. It starts and stops at once.</summary>
internal sealed class EmrApplication(string id, string arn, JsonObject request, DateTimeOffset created)
{
    private readonly Lock _gate = new();
    private string _state = "CREATED";
    private DateTimeOffset _updated = created;

    public string Id => id;

    public string Arn => arn;

    public string ReleaseLabel => request.Text("releaseLabel")!;

    public JsonObject Request => request;

    public DateTimeOffset Created { get; } = created;

    public bool StartsItself => request.Object("autoStartConfiguration")?.Flag("enabled", otherwise: true) ?? true;

    public JsonNode? Network => request["networkConfiguration"];

    public JsonObject Tags { get; } = request.Object("tags")?.DeepClone().AsObject() ?? [];

    public string State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    public void Enter(string state, DateTimeOffset at)
    {
        lock (_gate)
        {
            _state = state;
            _updated = at;
        }
    }

    public JsonObject Summary() => Common("id").CopyFrom(request, "architecture");

    public JsonObject Detail()
    {
        var detail = Common("applicationId").CopyFrom(request,
            "initialCapacity", "maximumCapacity", "networkConfiguration", "architecture", "imageConfiguration", "workerTypeSpecifications",
            "runtimeConfiguration", "monitoringConfiguration", "schedulerConfiguration", "autoStartConfiguration", "autoStopConfiguration");
        detail["architecture"] ??= "X86_64";
        detail["autoStartConfiguration"] ??= new JsonObject { ["enabled"] = true };
        detail["autoStopConfiguration"] ??= new JsonObject { ["enabled"] = true, ["idleTimeoutMinutes"] = 15 };
        return Tags.Count == 0 ? detail : detail.With("tags", Tags.DeepClone());
    }

    private JsonObject Common(string idName)
    {
        lock (_gate)
        {
            var type = request.Text("type")!;
            return new JsonObject
            {
                [idName] = id,
                ["arn"] = arn,
                ["releaseLabel"] = ReleaseLabel,
                // Sent as SPARK, it comes back as Spark.
                ["type"] = char.ToUpperInvariant(type[0]) + type[1..].ToLowerInvariant(),
                ["state"] = _state,
                ["createdAt"] = AwsResponses.EpochSeconds(Created),
                ["updatedAt"] = AwsResponses.EpochSeconds(_updated),
            }.CopyFrom(request, "name");
        }
    }
}
