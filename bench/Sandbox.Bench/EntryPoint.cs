using System.Globalization;
using GovernedFinetune.Bench.Harness;
using GovernedFinetune.Bench.Server;

namespace GovernedFinetune.Bench;

/// <summary>Runs the benchmarks that are named (all when none is), or serves as the measured server of one.</summary>
internal static class EntryPoint
{
    private const string Usage =
        """
        Usage: bench [MEASURE]... [--repeats N] [--output FILE]
          MEASURE       which benchmarks to run; without one, all of them
          --repeats N   how often to measure what is repeated (5)
          --output FILE where to write the figures as JSON; without it they are only printed
        """;

    public static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        if (args is [InjectingServer.Role, "--state-dir", var state])
        {
            await InjectingServer.RunAsync(state, Console.In, Console.Out, stop.Token);
            return 0;
        }

        var (names, repeats, output) = (new List<string>(), 5, (string?)null);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--repeats" when i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out repeats) && repeats > 0:
                    i++;
                    break;
                case "--output" when i + 1 < args.Length:
                    output = Path.GetFullPath(args[++i]);
                    break;
                case var name when Catalogue.All.Any(m => m.Name == name):
                    names.Add(name);
                    break;
                default:
                    await Console.Error.WriteLineAsync($"Unknown argument or measure '{args[i]}'. Measures: {string.Join(", ", Catalogue.All.Select(m => m.Name))}.");
                    await Console.Error.WriteLineAsync(Usage);
                    return 64;
            }
        }

        return await RunAsync(names, repeats, output, stop.Token);
    }

    private static async Task<int> RunAsync(List<string> names, int repeats, string? output, CancellationToken cancellationToken)
    {
        var machine = Machine.Describe(TimeProvider.System);
        Console.WriteLine($"{machine.Cores} cores, {machine.Cpu}, {machine.MemoryGiB} GiB, {machine.OperatingSystem}, {machine.Runtime}, load before {machine.LoadBefore}");
        var results = new Dictionary<string, IReadOnlyList<Figure>>(StringComparer.Ordinal);
        foreach (var measure in Catalogue.All.Where(m => names.Count == 0 || names.Contains(m.Name)))
        {
            results[measure.Name] = await measure.RunAsync(repeats, cancellationToken);
            Report.Print(Console.Out, measure, results[measure.Name]);
        }

        if (output is not null)
        {
            await Report.WriteAsync(output, machine, results, cancellationToken);
        }

        return 0;
    }
}
