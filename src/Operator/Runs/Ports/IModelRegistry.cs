namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>Where a model version stands.</summary>
public enum ModelVersionState
{
    /// <summary>A state that this version of the operator does not know.</summary>
    Unknown,

    /// <summary><c>PENDING_REGISTRATION</c>: files may be uploaded.</summary>
    Pending,

    /// <summary><c>READY</c>: files are fixed.</summary>
    Ready,

    /// <summary><c>FAILED_REGISTRATION</c>.</summary>
    Failed,
}

/// <summary>A version of a registered model.</summary>
/// <param name="Model">Three-part name of the model.</param>
/// <param name="Version">The version number, as text.</param>
/// <param name="State">Where it stands.</param>
/// <param name="StorageLocation">Where its files belong, <c>s3://</c>; the server chose it.</param>
/// <param name="RunId">The run id that it was created with.</param>
/// <param name="Aliases">Aliases that name this version.</param>
public sealed record ModelVersion(
    string Model,
    string Version,
    ModelVersionState State,
    string StorageLocation,
    string RunId,
    IReadOnlyList<string> Aliases);

/// <summary>A model version to create.</summary>
/// <param name="Model">Three-part name of the model.</param>
/// <param name="Source">Where the artifacts come from; informational.</param>
/// <param name="RunId">Uid of the run.</param>
/// <param name="Description">For people.</param>
/// <param name="Tags">Tags (design section 6, I7).</param>
public sealed record NewModelVersion(
    string Model,
    string Source,
    string RunId,
    string Description,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>Registered models of Unity Catalog. Every failure is an <see cref="Failures.OperatorException"/>.</summary>
public interface IModelRegistry
{
    /// <summary>Makes sure that the model exists.</summary>
    Task EnsureModelAsync(string model, string description, CancellationToken cancellationToken);

    /// <summary>Finds the version that was created with a run id; null when there is none, or no such model.</summary>
    Task<ModelVersion?> FindVersionAsync(string model, string runId, CancellationToken cancellationToken);

    /// <summary>Reads a version, with its aliases; null when it does not exist.</summary>
    Task<ModelVersion?> GetVersionAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>Creates a version; it is <see cref="ModelVersionState.Pending"/>. Null when there is no such model.</summary>
    Task<ModelVersion?> CreateVersionAsync(NewModelVersion version, CancellationToken cancellationToken);

    /// <summary>Fixes the files of a pending version and makes it ready.</summary>
    /// <returns>The version as it is now; null when the answer does not say.</returns>
    Task<ModelVersion?> FinalizeVersionAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>Lets an alias name a version; it may have named another before.</summary>
    Task SetAliasAsync(string model, string alias, string version, CancellationToken cancellationToken);
}
