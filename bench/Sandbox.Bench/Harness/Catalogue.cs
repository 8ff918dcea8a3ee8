using GovernedFinetune.Bench.Measures;

namespace GovernedFinetune.Bench.Harness;

/// <summary>Every benchmark, in the order in which they run.</summary>
internal static class Catalogue
{
    public static readonly IReadOnlyList<IMeasure> All =
    [
        new ListMeasure(),
        new WriteMeasure(),
        new WatchMeasure(),
    ];
}
