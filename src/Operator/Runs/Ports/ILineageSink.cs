namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>An end of a lineage edge.</summary>
public abstract record LineageNode
{
    private LineageNode()
    {
    }

    /// <summary>A table, by its three-part name.</summary>
    public sealed record Table(string FullName) : LineageNode;

    /// <summary>A version of a registered model.</summary>
    public sealed record Model(string FullName, string Version) : LineageNode;

    /// <summary>An external metadata object.</summary>
    public sealed record External(string Name) : LineageNode;
}

/// <summary>An external metadata object: here, a job.</summary>
/// <param name="Name">Unique in the metastore; deterministic.</param>
/// <param name="EntityType">Free text, such as <c>SageMaker training job</c>.</param>
/// <param name="Description">For people.</param>
/// <param name="Url">Where a person finds it; null when there is no such place.</param>
/// <param name="Properties">What an auditor wants to know: run uid, attempt, versions, digests.</param>
public sealed record ExternalObject(
    string Name,
    string EntityType,
    string Description,
    string? Url,
    IReadOnlyDictionary<string, string> Properties);

/// <summary>An edge from where data came to where it went. One end is external.</summary>
/// <param name="Source">Where the data came from.</param>
/// <param name="Target">Where it went.</param>
/// <param name="Properties">What an auditor wants to know.</param>
public sealed record LineageEdge(LineageNode Source, LineageNode Target, IReadOnlyDictionary<string, string> Properties);

/// <summary>Where lineage is written. Both calls are upserts: writing again changes nothing. Every failure is an
/// <see cref="Failures.OperatorException"/>.</summary>
public interface ILineageSink
{
    /// <summary>Writes an object.</summary>
    /// <returns>Whether this call made it: then it has no edges yet.</returns>
    Task<bool> UpsertObjectAsync(ExternalObject externalObject, CancellationToken cancellationToken);

    /// <summary>Writes an edge.</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="mayExist">Whether it may be there already.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task UpsertEdgeAsync(LineageEdge edge, bool mayExist, CancellationToken cancellationToken);
}
