using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Runs.Ports;

/// <summary>The operator's own bucket. Every failure is an <see cref="Failures.OperatorException"/>.</summary>
public interface IArtifactStore
{
    /// <summary>Writes a small object, replacing what is there.</summary>
    Task PutAsync(S3Location location, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken);

    /// <summary>Writes a small object only when none is there (<c>If-None-Match: *</c>).</summary>
    /// <returns>Whether the object holds these bytes now: it was written, or it held the same already, as after a try whose
    /// answer was lost. False when it holds others.</returns>
    Task<bool> PutNewAsync(S3Location location, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken);

    /// <summary>Reads a small object; null when there is none.</summary>
    /// <param name="location">The object.</param>
    /// <param name="maxBytes">An object larger than this is a <see cref="Failures.FailureKind.Terminal"/> failure.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<byte[]?> GetAsync(S3Location location, int maxBytes, CancellationToken cancellationToken);
}
