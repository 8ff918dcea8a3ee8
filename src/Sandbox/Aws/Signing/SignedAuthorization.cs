namespace GovernedFinetune.Sandbox.Aws.Signing;

/// <summary>The parts of a SigV4 <c>Authorization</c> header.</summary>
internal sealed record SignedAuthorization(string AccessKeyId, CredentialScope Scope, IReadOnlyList<string> SignedHeaders, string Signature)
{
    /// <summary>Reads the header; null when it is absent or is not a SigV4 one.</summary>
    public static SignedAuthorization? Read(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(SigV4.Algorithm + " ", StringComparison.Ordinal))
        {
            return null;
        }

        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in header[(SigV4.Algorithm.Length + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2) is [var name, var value])
            {
                parts[name] = value;
            }
        }

        // The access key may not hold a slash, so the scope is the last four fields.
        return parts.TryGetValue("Credential", out var credential)
            && parts.TryGetValue("SignedHeaders", out var headers)
            && parts.TryGetValue("Signature", out var signature)
            && credential.Split('/') is [var key, var date, var region, var service, "aws4_request"]
            ? new SignedAuthorization(key, new CredentialScope(date, region, service), headers.Split(';'), signature)
            : null;
    }
}
