namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>A test that needs a switch or a property which only the sandbox has; skipped where KUBECONFIG names a cluster.</summary>
public sealed class SandboxFactAttribute : FactAttribute
{
    public SandboxFactAttribute(string because)
    {
        if (Cluster.IsExternal)
        {
            Skip = $"Only on the sandbox: {because}.";
        }
    }
}
