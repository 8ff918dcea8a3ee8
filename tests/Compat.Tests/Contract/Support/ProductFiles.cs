namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>The files that an installation applies, moved to the group and namespace of a test.</summary>
internal static class ProductFiles
{
    private const string Group = "governedfinetune.io";
    private const string SampleNamespace = "credit-risk";

    /// <summary>The text of each definition, in a group of the test's own.</summary>
    public static IEnumerable<string> Definitions(string group) =>
        Directory.EnumerateFiles(Path.Combine(Root, "config", "crds"), "*.yaml").Order(StringComparer.Ordinal).Select(file => Moved(File.ReadAllText(file), group));

    /// <summary>Each sample of our kinds, as YAML.</summary>
    public static IEnumerable<string> Samples(string group, string @namespace) => Directory
        .EnumerateFiles(Path.Combine(Root, "config", "samples"), "*.yaml")
        .Order(StringComparer.Ordinal)
        .SelectMany(file => File.ReadAllText(file).Split("\n---", StringSplitOptions.RemoveEmptyEntries))
        .Where(document => document.Contains($"apiVersion: {Group}/", StringComparison.Ordinal))
        .Select(document => Moved(document, group).Replace($"namespace: {SampleNamespace}", $"namespace: {@namespace}", StringComparison.Ordinal));

    private static string Root
    {
        get
        {
            var at = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(at.FullName, "GovernedFinetune.sln")))
            {
                at = at.Parent ?? throw new InvalidOperationException($"No GovernedFinetune.sln above {AppContext.BaseDirectory}: run the tests from a build inside the repository.");
            }

            return at.FullName;
        }
    }

    private static string Moved(string text, string group) => text.Replace(Group, group, StringComparison.Ordinal);
}
