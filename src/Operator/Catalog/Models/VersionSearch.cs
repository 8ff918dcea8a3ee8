using System.Globalization;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Models;

/// <summary>Finds among a model's versions the one that a run made.</summary>
internal static class VersionSearch
{
    /// <summary>
    /// Whether a run made the version. The run id decides; a server may drop one that belongs to no MLflow run of its own,
    /// and then the source, which has the run's uid as a folder, does.
    /// </summary>
    public static bool IsOf(ModelVersionMessage version, string runId) =>
        version.RunId == runId || (string.IsNullOrEmpty(version.RunId) && (version.Source ?? "").Split('/').Contains(runId));

    /// <summary>The better of two versions of one run: ready before pending before failed, then the older.</summary>
    public static ModelVersion Better(ModelVersion? known, ModelVersion found) =>
        known is null || (Rank(found), Number(found)).CompareTo((Rank(known), Number(known))) < 0 ? found : known;

    private static int Rank(ModelVersion version) => version.State switch
    {
        ModelVersionState.Ready => 0,
        ModelVersionState.Pending => 1,
        ModelVersionState.Unknown => 2,
        _ => 3,
    };

    private static long Number(ModelVersion version) =>
        long.TryParse(version.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
}
