using System.Text.Json;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Catalog.Auth;

/// <summary>A service principal's OAuth client. Its text form hides the secret.</summary>
/// <param name="ClientId">Application id.</param>
/// <param name="ClientSecret">Its secret.</param>
internal sealed record ClientCredentials(string ClientId, string ClientSecret)
{
    /// <summary>Reads <c>{"client_id": ..., "client_secret": ...}</c>. Messages name the secret's id and what is wrong, never a value.</summary>
    /// <exception cref="OperatorException">It is not that.</exception>
    public static ClientCredentials Parse(string secretId, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return new ClientCredentials(Member(document.RootElement, secretId, "client_id"), Member(document.RootElement, secretId, "client_secret"));
        }
        catch (JsonException)
        {
            // The parser's message quotes the text, so it is not passed on.
            throw Malformed(secretId, "it is not JSON");
        }
    }

    /// <inheritdoc />
    public override string ToString() => $"client {ClientId}";

    private static string Member(JsonElement root, string secretId, string name) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : throw Malformed(secretId, $"'{name}' is missing or empty");

    private static OperatorException Malformed(string secretId, string problem) => OperatorException.Terminal(
        Reasons.CredentialsUnavailable,
        $"Secret '{secretId}' is not usable: {problem}. Expected {{\"client_id\": \"<application id>\", \"client_secret\": \"...\"}}.");
}
