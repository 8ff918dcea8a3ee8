using System.Text.Json;

namespace GovernedFinetune.Sandbox.Aws.Iam;

/// <summary>Who may assume a role: the part of a trust policy that the sandbox enforces, which is all but its conditions.</summary>
internal sealed class TrustPolicy
{
    private readonly List<(bool Allow, string Kind, string Principal)> _principals = [];

    /// <summary>Reads a trust policy document as IAM writes it.</summary>
    /// <exception cref="FormatException">The document is not a trust policy.</exception>
    public static TrustPolicy Parse(JsonElement document)
    {
        var trust = new TrustPolicy();
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("Statement", out var statements) || statements.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("A trust policy is an object with a list 'Statement'.");
        }

        foreach (var statement in statements.EnumerateArray())
        {
            var allow = statement.TryGetProperty("Effect", out var effect) && effect.ValueEquals("Allow");
            if (!statement.TryGetProperty("Principal", out var principal))
            {
                throw new FormatException("A statement of a trust policy has no 'Principal'.");
            }

            if (principal.ValueKind == JsonValueKind.String)
            {
                trust._principals.Add((allow, "AWS", principal.GetString()!));
                continue;
            }

            foreach (var kind in principal.EnumerateObject())
            {
                trust._principals.AddRange(Strings(kind.Value).Select(p => (allow, kind.Name, p)));
            }
        }

        return trust;
    }

    /// <summary>Whether an AWS service, such as <c>sagemaker.amazonaws.com</c>, may assume the role.</summary>
    public bool AllowsService(string service) => Allows("Service", p => p == service);

    /// <summary>Whether a caller of the account may; naming the account's root means every one of its callers.</summary>
    public bool AllowsCaller(string arn, string accountId) =>
        Allows("AWS", p => p == "*" || p == arn || p == accountId || p == $"arn:aws:iam::{accountId}:root");

    /// <summary>Whether the holder of a web identity token may.</summary>
    public bool AllowsWebIdentity() => Allows("Federated", _ => true);

    private bool Allows(string kind, Func<string, bool> matches)
    {
        var named = _principals.Where(p => (p.Kind == kind || p.Principal == "*") && matches(p.Principal)).ToList();
        return named.Count > 0 && named.TrueForAll(p => p.Allow);
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => [.. element.EnumerateArray().Select(e => e.GetString() ?? "")],
        var kind => throw new FormatException($"A principal is a string or a list of strings, not {kind}."),
    };
}
