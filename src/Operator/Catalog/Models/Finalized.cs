using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Models;

/// <summary>Reads what a server answers to "finalize", the same in both dialects.</summary>
internal static class Finalized
{
    /// <summary>The version as the answer gives it; null when it gives none, or no state that is known, and has to be read.</summary>
    public static ModelVersion? FromAnswer(ModelVersion? told) => told is { State: not ModelVersionState.Unknown } ? told : null;

    /// <summary>
    /// The version when it is ready in spite of an error: it can be finalized once, so after a lost answer the second try is
    /// refused although all is well.
    /// </summary>
    /// <exception cref="Failures.OperatorException">It is not ready.</exception>
    public static async Task<ModelVersion> FromErrorAsync(
        IModelRegistry registry, string model, string version, CatalogError error, string purpose, CancellationToken cancellationToken) =>
        error.Kind is CatalogErrorKind.Rejected or CatalogErrorKind.AlreadyExists
        && await registry.GetVersionAsync(model, version, cancellationToken) is { State: ModelVersionState.Ready } ready
            ? ready
            : throw CatalogFailures.From(error, purpose);
}
