using System.Globalization;
using System.Runtime.InteropServices;

namespace GovernedFinetune.Bench.Harness;

/// <summary>The machine that figures come from, without its name.</summary>
/// <param name="MeasuredAt">When the benchmark began (UTC).</param>
/// <param name="Cores">Processors that the process may use.</param>
/// <param name="Cpu">CPU model.</param>
/// <param name="MemoryGiB">Memory that the process may use.</param>
/// <param name="OperatingSystem">Kind and version of the operating system.</param>
/// <param name="Runtime">.NET version.</param>
/// <param name="LoadBefore">Load average of one minute before the benchmark: above 0.2 somebody else was at work; null where the system keeps none.</param>
internal sealed record Machine(
    DateTimeOffset MeasuredAt,
    int Cores,
    string Cpu,
    double MemoryGiB,
    string OperatingSystem,
    string Runtime,
    double? LoadBefore)
{
    public static Machine Describe(TimeProvider clock) => new(
        clock.GetUtcNow(),
        Environment.ProcessorCount,
        CpuModel(),
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
        $"{RuntimeInformation.OSDescription.Split('-')[0]} {RuntimeInformation.OSArchitecture}",
        RuntimeInformation.FrameworkDescription,
        File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : null);

    private static string CpuModel()
    {
        const string Information = "/proc/cpuinfo";
        var line = File.Exists(Information)
            ? File.ReadLines(Information).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
