using System.Text.Json;
using System.Text.Json.Serialization;

namespace GovernedFinetune.Sandbox.Identity;

/// <summary>One statement: it allows or denies actions on resources. <c>*</c> and <c>?</c> are wildcards, as in IAM.</summary>
/// <param name="Allow">Whether the statement allows; otherwise it denies, and a denial always wins.</param>
/// <param name="Actions">Actions such as <c>s3:GetObject</c> or <c>sagemaker:*</c>; the match ignores case.</param>
/// <param name="Resources">ARNs such as <c>arn:aws:s3:::bucket/prefix/*</c>.</param>
public sealed record IamStatement(bool Allow, IReadOnlyList<string> Actions, IReadOnlyList<string> Resources);

/// <summary>What a credential may do: the part of an IAM policy that the sandbox enforces.</summary>
/// <param name="Statements">The statements; nothing is allowed that none of them allows.</param>
public sealed record IamPolicy(IReadOnlyList<IamStatement> Statements)
{
    /// <summary>Allows everything: the account's root.</summary>
    public static IamPolicy Root { get; } = new([new IamStatement(true, ["*"], ["*"])]);

    /// <summary>Reads a policy document as IAM writes it.</summary>
    /// <exception cref="FormatException">The text is not a policy, or uses an element that the sandbox does not enforce.</exception>
    public static IamPolicy Parse(string json)
    {
        try
        {
            var document = JsonSerializer.Deserialize<Document>(json)
                ?? throw new FormatException("The policy document is empty.");
            return document.Statement is { } statements
                ? new IamPolicy([.. statements.Select(Read)])
                : throw new FormatException("The policy document has no 'Statement'.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"The policy document is not valid: {e.Message}", e);
        }
    }

    /// <summary>Whether the action is allowed on the resource.</summary>
    public bool Allows(string action, string resource)
    {
        var allowed = false;
        foreach (var statement in Statements)
        {
            if (!statement.Actions.Any(a => Wildcard.Matches(a, action, ignoreCase: true))
                || !statement.Resources.Any(r => Wildcard.Matches(r, resource, ignoreCase: false)))
            {
                continue;
            }

            if (!statement.Allow)
            {
                return false;
            }

            allowed = true;
        }

        return allowed;
    }

    private static IamStatement Read(Statement statement)
    {
        if (statement.Other is { Count: > 0 } other)
        {
            // Refused rather than ignored: a policy that looks tighter than what is enforced would be a lie.
            throw new FormatException($"The policy element '{other.Keys.First()}' is not enforced by the sandbox.");
        }

        return new IamStatement(statement.Effect switch
        {
            "Allow" => true,
            "Deny" => false,
            var effect => throw new FormatException($"Effect is '{effect}'; expected Allow or Deny."),
        }, Strings(statement.Action), Strings(statement.Resource));
    }

    private static string[] Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => [.. element.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String
            ? e.GetString()!
            : throw new FormatException($"Action and Resource are strings or lists of strings, not lists with {e.ValueKind}."))],
        var kind => throw new FormatException($"Action and Resource are strings or lists of strings, not {kind}."),
    };

    private sealed record Document(string? Version, IReadOnlyList<Statement>? Statement);

    private sealed record Statement(string? Sid, string Effect, JsonElement Action, JsonElement Resource)
    {
        // Conditions are part of the real policies (iam:PassedToService, source account) and hold by construction here.
        public JsonElement? Condition { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Other { get; init; }
    }
}
