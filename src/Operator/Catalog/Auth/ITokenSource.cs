namespace GovernedFinetune.Operator.Catalog.Auth;

/// <summary>A bearer token. Its text form hides the value.</summary>
/// <param name="Value">The token.</param>
/// <param name="RenewAt">When a fresh one should be fetched.</param>
/// <param name="ExpiresAt">When it stops working.</param>
internal sealed record AccessToken(string Value, DateTimeOffset RenewAt, DateTimeOffset ExpiresAt)
{
    /// <inheritdoc />
    public override string ToString() => $"token until {ExpiresAt:O}";
}

/// <summary>Where the catalog client's tokens come from.</summary>
internal interface ITokenSource
{
    /// <summary>A token that works now; null when the server wants none.</summary>
    /// <exception cref="Failures.OperatorException">None can be had.</exception>
    ValueTask<AccessToken?> GetAsync(CancellationToken cancellationToken);

    /// <summary>Says that the server refused this token. A newer one that somebody else fetched meanwhile is kept.</summary>
    void Discard(AccessToken? token);
}
