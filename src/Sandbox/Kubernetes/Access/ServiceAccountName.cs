namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary>A service account, and the user name and groups that it stands for.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ServiceAccountName(string Namespace, string Name)
{
    private const string Prefix = "system:serviceaccount:";

    public string User => $"{Prefix}{Namespace}:{Name}";

    public string[] Groups => ["system:serviceaccounts", $"system:serviceaccounts:{Namespace}", Caller.Authenticated];

    /// <summary>The service account that a user name stands for, or null.</summary>
    public static ServiceAccountName? Parse(string user) =>
        user.StartsWith(Prefix, StringComparison.Ordinal) && user[Prefix.Length..].Split(':') is [{ Length: > 0 } space, { Length: > 0 } name]
            ? new(space, name)
            : null;
}
