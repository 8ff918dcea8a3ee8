namespace GovernedFinetune.Sandbox.Tests;

/// <summary>Files of the repository that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "GovernedFinetune.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds GovernedFinetune.sln");
    }
}
