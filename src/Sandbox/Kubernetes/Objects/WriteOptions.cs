using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes.Objects;

/// <summary>What becomes of fields that the schema does not know, and of keys that occur twice.</summary>
internal enum FieldValidation
{
    /// <summary>They are dropped silently.</summary>
    Ignore,

    /// <summary>They are dropped with a warning.</summary>
    Warn,

    /// <summary>The request is refused.</summary>
    Strict,
}

/// <summary>How a write is to be done.</summary>
internal sealed record WriteOptions
{
    /// <summary>Do everything but keep the result.</summary>
    public bool DryRun { get; init; }

    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    /// <summary>Whether a patch makes the wanted object, so that what is wrong with it is wrong with the patch.</summary>
    public bool IsPatch { get; init; }

    /// <summary>Who owns the fields that are set.</summary>
    public string FieldManager { get; init; } = "unknown";

    /// <summary>Whether server-side apply takes over fields that others own.</summary>
    public bool Force { get; init; }

    /// <summary><c>status</c>, or empty.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Keys that occurred twice in the request's body.</summary>
    public IReadOnlyCollection<string> Duplicates { get; init; } = [];

    /// <summary>
    /// Judges the object as it would become beside the object as it is (null when it is created), before it is validated;
    /// throws to refuse. What this server writes itself is not judged.
    /// </summary>
    public Action<JsonObject, JsonObject?>? Admit { get; init; }

    /// <summary>Takes warnings for the client.</summary>
    public ICollection<string> Warnings { get; init; } = [];
}
