using System.Text.Json;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Models;

/// <summary>A tag.</summary>
internal sealed record TagMessage(string Key, string? Value);

/// <summary>A model version as both dialects write it: MLflow's has <c>name</c>, the native one <c>model_name</c> and its
/// version as a number.</summary>
internal sealed record ModelVersionMessage
{
    /// <summary>The version; a number in one dialect, text in the other.</summary>
    public JsonElement Version { get; init; }

    /// <summary>PENDING_REGISTRATION, READY, FAILED_REGISTRATION and others.</summary>
    public string? Status { get; init; }

    /// <summary>Where its files belong.</summary>
    public string? StorageLocation { get; init; }

    /// <summary>Where its artifacts came from.</summary>
    public string? Source { get; init; }

    /// <summary>The run id that it was created with.</summary>
    public string? RunId { get; init; }

    /// <summary>Aliases: texts or objects, by dialect and version of the server.</summary>
    public IReadOnlyList<JsonElement>? Aliases { get; init; }

    /// <summary>The port's form.</summary>
    public ModelVersion ToVersion(string model) => new(
        model,
        Version.ToString(),
        Status switch
        {
            "PENDING_REGISTRATION" => ModelVersionState.Pending,
            "READY" => ModelVersionState.Ready,
            "FAILED_REGISTRATION" => ModelVersionState.Failed,
            _ => ModelVersionState.Unknown,
        },
        StorageLocation ?? "",
        RunId ?? "",
        [.. (Aliases ?? []).Select(AliasName).OfType<string>()]);

    private static string? AliasName(JsonElement alias) => alias.ValueKind switch
    {
        JsonValueKind.String => alias.GetString(),
        JsonValueKind.Object when alias.TryGetProperty("alias", out var name) || alias.TryGetProperty("alias_name", out name) => name.GetString(),
        _ => null,
    };
}

/// <summary>One page of versions; both dialects.</summary>
internal sealed record ModelVersionsMessage
{
    /// <summary>The versions.</summary>
    public IReadOnlyList<ModelVersionMessage>? ModelVersions { get; init; }

    /// <summary>The next page; absent or empty at the end.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>MLflow's wrapper.</summary>
internal sealed record WrappedVersionMessage(ModelVersionMessage? ModelVersion);

/// <summary>An answer of which only the arrival counts.</summary>
internal sealed record EmptyMessage;
