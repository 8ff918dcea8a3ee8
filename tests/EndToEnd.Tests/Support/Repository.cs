namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>Where the repository is, and what of it was built with these tests.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary><c>Debug</c> or <c>Release</c>: the tests run the programs that were built with them.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Kubectl => Path.Combine(Root, ".tools", "bin", "kubectl");

    public static string Program(string name) =>
        Path.Combine(Root, "src", name, "bin", Configuration, "net10.0", $"GovernedFinetune.{name}.dll");

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GovernedFinetune.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run inside the repository.");
    }
}
