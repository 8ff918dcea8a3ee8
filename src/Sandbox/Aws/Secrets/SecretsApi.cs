using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Json;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Aws.Secrets;

/// <summary>Secrets Manager: reading a secret, and seeding and rotating one.</summary>
internal sealed class SecretsApi : JsonRpcApi
{
    private static readonly Shape Id = Shape.Text(1, 2048).Required();

    private static readonly Shape GetShape = Shape.Structure(("SecretId", Id), ("VersionId", Shape.Text(32, 64)), ("VersionStage", Shape.Text(1, 256)));

    private static readonly Shape PutShape = Shape.Structure(
        ("SecretId", Id), ("ClientRequestToken", Shape.Text(32, 64)), ("SecretString", Shape.Sensitive(1, 65536)), ("SecretBinary", Shape.Sensitive(1, 87384)));

    private static readonly Shape CreateShape = Shape.Structure(
        ("Name", Shape.Text(1, 512, "[A-Za-z0-9/_+=.@-]+").Required()), ("ClientRequestToken", Shape.Text(32, 64)),
        ("SecretString", Shape.Sensitive(1, 65536)), ("SecretBinary", Shape.Sensitive(1, 87384)));

    private static readonly Shape OneShape = Shape.Structure(("SecretId", Id), ("ForceDeleteWithoutRecovery", Shape.Boolean), ("RecoveryWindowInDays", Shape.Integer()));

    private readonly SandboxContext _context;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Secret> _byName = new(StringComparer.Ordinal);

    public SecretsApi(SandboxContext context)
        : base(AwsService.Secrets, "secretsmanager")
    {
        _context = context;
        Operations = new Dictionary<string, Func<AwsRequest, JsonObject, JsonObject?>>
        {
            ["CreateSecret"] = Guarded(Create),
            ["PutSecretValue"] = Guarded(Put),
            ["GetSecretValue"] = Guarded(Get),
            ["DescribeSecret"] = Guarded(Describe),
            ["DeleteSecret"] = Guarded(Delete),
        };
    }

    protected override IReadOnlyDictionary<string, Func<AwsRequest, JsonObject, JsonObject?>> Operations { get; }

    private static AwsException NotFound(string what) => new(400, "ResourceNotFoundException", $"Secrets Manager can't find the specified {what}.");

    private static AwsException InvalidRequest(string why) => new(400, "InvalidRequestException", why);

    private Func<AwsRequest, JsonObject, JsonObject?> Guarded(Func<AwsRequest, JsonObject, JsonObject> operation) => (request, input) =>
    {
        lock (_gate)
        {
            return operation(request, input);
        }
    };

    private JsonObject Create(AwsRequest request, JsonObject input)
    {
        CreateShape.Validate(input);
        var name = input.Text("Name")!;
        request.Describe("CreateSecret", name);
        request.Authorize("secretsmanager:CreateSecret", ArnOf(name));
        var version = ReadVersion(input, optional: true);
        if (_byName.TryGetValue(name, out var known))
        {
            if (known.Deleted is not null)
            {
                throw InvalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.");
            }

            return version is not null && known.Versions.TryGetValue(version.Id, out var same) && same.HasValueOf(version)
                ? Answer(known).With("VersionId", version.Id)
                : throw new AwsException(400, "ResourceExistsException", $"The operation failed because the secret {name} already exists.");
        }

        var suffix = RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 6);
        var secret = new Secret(name, $"{ArnOf(name)}-{suffix}", _context.Clock.GetUtcNow(), input["Tags"]?.DeepClone());
        _byName[name] = secret;
        if (version is null)
        {
            return Answer(secret);
        }

        secret.Add(version);
        return Answer(secret).With("VersionId", version.Id);
    }

    private JsonObject Put(AwsRequest request, JsonObject input)
    {
        PutShape.Validate(input);
        var secret = Find(request, "PutSecretValue", input);
        var version = ReadVersion(input, optional: false)!;
        if (secret.Versions.TryGetValue(version.Id, out var known) && !known.HasValueOf(version))
        {
            throw new AwsException(400, "ResourceExistsException", $"You can't use ClientRequestToken {version.Id} because that value is already in use for a version of secret {secret.Arn}.");
        }

        if (known is null)
        {
            secret.Add(version);
        }

        return Answer(secret).With("VersionId", version.Id).With("VersionStages", Stages(secret, version.Id));
    }

    private JsonObject Get(AwsRequest request, JsonObject input)
    {
        GetShape.Validate(input);
        var secret = Find(request, "GetSecretValue", input);
        var stage = input.Text("VersionStage");
        var id = input.Text("VersionId");
        var version = id is null ? secret.Staged(stage ?? Secret.Current) : secret.Versions.GetValueOrDefault(id);
        if (version is null || (id is not null && stage is not null && !secret.StagesOf(id).Contains(stage)))
        {
            throw NotFound(id is null ? $"secret value for staging label: {stage ?? Secret.Current}" : $"secret value for VersionId: {id}");
        }

        return Answer(secret)
            .With("VersionId", version.Id)
            .With("SecretString", version.Text)
            .With("SecretBinary", version.Binary)
            .With("VersionStages", Stages(secret, version.Id))
            .With("CreatedDate", AwsResponses.EpochSeconds(version.Created));
    }

    private JsonObject Describe(AwsRequest request, JsonObject input)
    {
        OneShape.Validate(input);
        var secret = Find(request, "DescribeSecret", input, orDeleted: true);
        var versions = new JsonObject();
        foreach (var id in secret.Versions.Keys)
        {
            versions[id] = Stages(secret, id);
        }

        return Answer(secret)
            .With("CreatedDate", AwsResponses.EpochSeconds(secret.Created))
            .With("VersionIdsToStages", versions)
            .With("Tags", secret.Tags?.DeepClone())
            .With("DeletedDate", secret.Deleted is { } at ? AwsResponses.EpochSeconds(at) : null);
    }

    private JsonObject Delete(AwsRequest request, JsonObject input)
    {
        OneShape.Validate(input);
        var secret = Find(request, "DeleteSecret", input, orDeleted: true);
        var now = _context.Clock.GetUtcNow();
        if (input.Flag("ForceDeleteWithoutRecovery"))
        {
            _ = _byName.Remove(secret.Name);
            return Answer(secret).With("DeletionDate", AwsResponses.EpochSeconds(now));
        }

        secret.Deleted ??= now.AddDays(input.Number("RecoveryWindowInDays") ?? 30);
        return Answer(secret).With("DeletionDate", AwsResponses.EpochSeconds(secret.Deleted.Value));
    }

    /// <summary>Finds a secret by name, ARN or ARN without its random suffix, and asks whether the caller may use it.</summary>
    private Secret Find(AwsRequest request, string operation, JsonObject input, bool orDeleted = false)
    {
        var id = input.Text("SecretId")!;
        request.Describe(operation, id);
        var secret = _byName.GetValueOrDefault(id) ?? _byName.Values.FirstOrDefault(s => s.Arn == id || ArnOf(s.Name) == id);
        request.Authorize($"secretsmanager:{operation}", secret?.Arn ?? (id.StartsWith("arn:", StringComparison.Ordinal) ? id : ArnOf(id)));
        if (secret is null)
        {
            throw NotFound("secret");
        }

        return secret.Deleted is null || orDeleted
            ? secret
            : throw InvalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
    }

    private SecretVersion? ReadVersion(JsonObject input, bool optional)
    {
        var text = input.Text("SecretString");
        var binary = input.Text("SecretBinary");
        if (text is not null && binary is not null)
        {
            throw new AwsException(400, "InvalidParameterException", "You can't specify both a binary secret value and a string secret value in the same request.");
        }

        if (binary is not null && !Convert.TryFromBase64String(binary, new byte[binary.Length], out _))
        {
            throw new AwsException(400, "SerializationException", "SecretBinary is not base64.");
        }

        return text is null && binary is null
            ? optional ? null : throw InvalidRequest("You must provide either SecretString or SecretBinary.")
            : new SecretVersion(input.Text("ClientRequestToken") ?? Guid.NewGuid().ToString("D"), text, binary, _context.Clock.GetUtcNow());
    }

    private string ArnOf(string name) => $"arn:aws:secretsmanager:{_context.Options.Region}:{_context.Options.AccountId}:secret:{name}";

    private static JsonObject Answer(Secret secret) => new() { ["ARN"] = secret.Arn, ["Name"] = secret.Name };

    private static JsonArray Stages(Secret secret, string versionId) => [.. secret.StagesOf(versionId).Select(s => (JsonNode)s)];
}
