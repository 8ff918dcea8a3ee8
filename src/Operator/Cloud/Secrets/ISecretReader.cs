namespace GovernedFinetune.Operator.Cloud.Secrets;

/// <summary>Reads secrets. What it gives is never logged, stored or put into a message.</summary>
internal interface ISecretReader
{
    /// <summary>The current text of a secret.</summary>
    /// <param name="secretId">Name or ARN.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="Failures.OperatorException">It cannot be read.</exception>
    Task<string> ReadAsync(string secretId, CancellationToken cancellationToken);
}
