using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Runs;

/// <summary>
/// What the calls of one reconciliation have answered, so that nothing is asked twice: manifests, which are written once; a
/// job that has ended; a table or model version as the call that made or changed it gave it. It belongs to the scope: the
/// next reconciliation looks for itself.
/// </summary>
public sealed class RunMemory
{
    private readonly Dictionary<string, object> _manifests = new(StringComparer.Ordinal);

    /// <summary>The preparation job, when it has ended.</summary>
    public PrepareJob? EndedPrepareJob { get; set; }

    /// <summary>The prepared table, when this reconciliation registered it.</summary>
    public CatalogTable? OutputTable { get; set; }

    /// <summary>The training job's name, when it was given in this reconciliation: no earlier one can have created the job.</summary>
    public string? NewTrainingJob { get; set; }

    /// <summary>The model version, as the last call that changed it gave it.</summary>
    public ModelVersion? Version { get; set; }

    /// <summary>Reads a manifest, once. One that is missing or broken is not remembered.</summary>
    /// <param name="uri">Where it is.</param>
    /// <param name="read">Reads it.</param>
    public async Task<Read<T>> ManifestAsync<T>(string uri, Func<Task<Read<T>>> read)
        where T : class
    {
        if (_manifests.TryGetValue(uri, out var known))
        {
            return (Read<T>)known;
        }

        var manifest = await read();
        if (manifest.Document is not null)
        {
            _manifests[uri] = manifest;
        }

        return manifest;
    }
}
