namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Name">User name.</param>
/// <param name="Groups">Groups.</param>
/// <param name="Uid">Identity of the user, when it has one; of a service account, the object's.</param>
internal sealed record Caller(string Name, IReadOnlyList<string> Groups, string Uid = "")
{
    public const string Masters = "system:masters";
    public const string Authenticated = "system:authenticated";
    public const string Unauthenticated = "system:unauthenticated";
    public const string Anonymous = "system:anonymous";

    /// <summary>Whether the caller may do everything, whatever roles there are.</summary>
    public bool IsMaster { get; } = Groups.Contains(Masters);
}
