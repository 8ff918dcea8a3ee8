using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Kubernetes;

/// <summary>The version that the server claims, which clients compare with their own.</summary>
internal static class ServerVersion
{
    public const string GitVersion = "v1.35.2+sandbox";

    /// <summary><c>/version</c>.</summary>
    public static JsonObject Document => new()
    {
        ["major"] = "1",
        ["minor"] = "35",
        ["gitVersion"] = GitVersion,
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "",
        ["platform"] = "sandbox/in-memory",
    };
}
