using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GovernedFinetune.Bench.Harness;

/// <summary>Prints figures as a table and writes them as JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Print(TextWriter output, IMeasure measure, IReadOnlyList<Figure> figures)
    {
        output.WriteLine();
        output.WriteLine($"{measure.Name}: {measure.Question}");
        output.WriteLine($"  {"figure",-44} {"median",12} {"range",23}  {"unit",-14} target");
        foreach (var figure in figures)
        {
            var range = figure.Values.Count > 1 ? $"{Number(figure.Values.Min())} .. {Number(figure.Values.Max())}" : "";
            var target = figure.Target is not { } wanted
                ? ""
                : $"{(figure.Goal == Goal.AtMost ? "<=" : ">=")} {Number(wanted)} ({(figure.Reached == true ? "reached" : "missed")}, {figure.Ratio:0.00} of it)";
            output.WriteLine($"  {figure.Name,-44} {Number(figure.Median),12} {range,23}  {figure.Unit,-14} {target}".TrimEnd());
        }
    }

    public static async Task WriteAsync(string path, Machine machine, IReadOnlyDictionary<string, IReadOnlyList<Figure>> measures, CancellationToken cancellationToken)
    {
        var document = new { machine, measures };
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(document, Json) + "\n", cancellationToken);
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture);
}
