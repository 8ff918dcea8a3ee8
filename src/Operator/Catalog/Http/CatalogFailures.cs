using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Catalog.Http;

/// <summary>Says of each error of the catalog how the operator answers it.</summary>
internal static class CatalogFailures
{
    /// <summary>The failure that an error answer is.</summary>
    /// <param name="error">The answer.</param>
    /// <param name="purpose">What was being done, on which object.</param>
    public static OperatorException From(CatalogError error, string purpose)
    {
        var what = $"Unity Catalog: cannot {purpose}: {error.Text}";
        return error.Kind switch
        {
            CatalogErrorKind.Throttled => OperatorException.Waiting(Reasons.Throttled, what, error.RetryAfter),
            CatalogErrorKind.Unauthenticated => OperatorException.Terminal(
                Reasons.CredentialsUnavailable,
                $"{what}. A fresh token was refused too: check that the service principal is active in this workspace and that the profile's catalog host is right."),
            CatalogErrorKind.Denied => OperatorException.Terminal(Reasons.AccessDenied, what),
            CatalogErrorKind.NotFound => OperatorException.Terminal(Reasons.RequestRejected, $"{what}. The object does not exist, or the principal cannot see it."),
            CatalogErrorKind.AlreadyExists => OperatorException.Terminal(Reasons.Conflict, what),
            CatalogErrorKind.Rejected when error.Code == "ENDPOINT_NOT_FOUND" => OperatorException.Terminal(
                Reasons.RequestRejected,
                $"{what}. The server does not offer this API: a preview may be off in the workspace, or the profile's catalog flavor is wrong."),
            CatalogErrorKind.Rejected => OperatorException.Terminal(Reasons.RequestRejected, what),
            _ => OperatorException.Transient(Reasons.ServiceUnavailable, what, retryAfter: error.RetryAfter),
        };
    }

    /// <summary>The failure that a call without a usable answer is.</summary>
    public static OperatorException Unreachable(string purpose, Uri host, Exception cause) =>
        OperatorException.Transient(Reasons.ServiceUnavailable, $"Unity Catalog: cannot {purpose}: no answer from {host}: {cause.Message}", cause);

    /// <summary>The failure that a success without the promised content is.</summary>
    public static OperatorException Unreadable(string purpose, string problem, Exception? cause = null) =>
        OperatorException.Transient(Reasons.ServiceUnavailable, $"Unity Catalog: cannot {purpose}: the answer cannot be read: {problem}", cause);
}
