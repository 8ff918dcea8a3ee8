using GovernedFinetune.CrdGenerator;

if (args is not [var root] || !Directory.Exists(root))
{
    await Console.Error.WriteLineAsync(
        "usage: CrdGenerator <repository root>: writes config/crds/*.yaml and docs/api-reference.md from src/Entities, and the chart's copies of config/");
    return 2;
}

// In this order: what is copied into the chart is what was written before.
foreach (var (path, text) in GeneratedFiles.All().Concat(GeneratedFiles.ChartCopies(root)))
{
    var target = Path.Combine(root, path);
    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
    if (!File.Exists(target) || await File.ReadAllTextAsync(target) != text)
    {
        await File.WriteAllTextAsync(target, text);
        Console.WriteLine($"wrote {path}");
    }
}

return 0;
