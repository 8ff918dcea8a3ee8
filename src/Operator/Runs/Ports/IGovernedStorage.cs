using System.Text.Json.Serialization;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>A file of a source snapshot.</summary>
/// <param name="Path">Relative to the table's location.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="ETag">Its ETag, with quotes as S3 gives it.</param>
public sealed record SnapshotFile(string Path, long Bytes, [property: JsonPropertyName("etag")] string ETag);

/// <summary>What a run's source is pinned to.</summary>
/// <param name="Version">A Delta version as a decimal string, or <c>sha256:</c> of the snapshot.</param>
/// <param name="Files">The snapshot's files, ordered by path; null for formats that have versions of their own.</param>
public sealed record SourcePin(string Version, IReadOnlyList<SnapshotFile>? Files);

/// <summary>A file that a job left, with the digest that its manifest gives.</summary>
/// <param name="Path">Relative path.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">SHA-256, 64 lower-case hex digits.</param>
public sealed record ManifestFile(string Path, long Bytes, string Sha256);

/// <summary>
/// Governed storage, reached only with credentials that Unity Catalog vends for the one table or model version.
/// Every failure is an <see cref="Failures.OperatorException"/>.
/// </summary>
public interface IGovernedStorage
{
    /// <summary>
    /// Resolves what to read: the wanted version of a Delta table or its latest, or a snapshot of the files of a JSON table.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="wantedVersion">The version that the spec asks for; JSON tables have none, and asking for one is a
    /// <see cref="Failures.FailureKind.Terminal"/> failure.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<SourcePin> PinAsync(CatalogTable table, long? wantedVersion, CancellationToken cancellationToken);

    /// <summary>
    /// Copies files from the artifacts bucket into a pending model version, computing each SHA-256 on the way. A digest
    /// that differs from the manifest's is a <see cref="Failures.FailureKind.Terminal"/> failure
    /// (<see cref="Failures.Reasons.ManifestInvalid"/>). Copying again overwrites with the same bytes.
    /// </summary>
    Task UploadModelAsync(ModelVersion target, S3Location from, IReadOnlyList<ManifestFile> files, CancellationToken cancellationToken);
}
