using GovernedFinetune.CrdGenerator.Output;
using GovernedFinetune.CrdGenerator.Schema;
using GovernedFinetune.Entities;

namespace GovernedFinetune.CrdGenerator;

/// <summary>What the generator writes, as text: the same types always give the same bytes.</summary>
internal static class GeneratedFiles
{
    /// <summary>Both resources, in the order of the reference.</summary>
    public static IReadOnlyList<CustomResource> Resources()
    {
        var reader = new ResourceReader(XmlDocs.Of(typeof(Api).Assembly), Supplements.Create());
        return [reader.Read(typeof(FineTuneRun)), reader.Read(typeof(DatasetGrant))];
    }

    /// <summary>Paths relative to the repository root, with the text of each file.</summary>
    public static IEnumerable<(string Path, string Text)> All()
    {
        var resources = Resources();
        foreach (var resource in resources)
        {
            yield return ($"config/crds/{resource.Plural}.{resource.Group}.yaml", CrdYaml.Write(resource));
        }

        yield return ("docs/api-reference.md", ApiReference.Write(resources));
    }

    /// <summary>The chart's copies of files in config/: a chart cannot reach outside its folder.</summary>
    /// <param name="root">The repository root; the definitions in it are up to date.</param>
    public static IEnumerable<(string Path, string Text)> ChartCopies(string root) =>
        Resources().Select(resource => $"crds/{resource.Plural}.{resource.Group}.yaml")
            .Concat(["rbac/operator.yaml", "rbac/people.yaml"])
            .Select(file => ($"charts/governed-finetune/files/{file}", File.ReadAllText(Path.Combine(root, "config", file))));
}
