using System.Text.Json.Serialization;

namespace GovernedFinetune.Operator.Catalog.Privileges;

/// <summary>The caller, in SCIM's spelling.</summary>
internal sealed record ScimMeMessage
{
    /// <summary>For a service principal its application id, for a person the e-mail address.</summary>
    [JsonPropertyName("userName")]
    public string? UserName { get; init; }

    /// <summary>A service principal's application id.</summary>
    [JsonPropertyName("applicationId")]
    public string? ApplicationId { get; init; }

    /// <summary>Groups that it is in.</summary>
    [JsonPropertyName("groups")]
    public IReadOnlyList<ScimGroupMessage>? Groups { get; init; }
}

/// <summary>A group.</summary>
/// <param name="Display">Its name.</param>
internal sealed record ScimGroupMessage([property: JsonPropertyName("display")] string? Display);
