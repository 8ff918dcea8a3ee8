namespace GovernedFinetune.Sandbox.Aws.Http;

/// <summary>One AWS service of the sandbox.</summary>
internal interface IAwsApi
{
    /// <summary>Which one.</summary>
    AwsService Service { get; }

    /// <summary>Answers a request whose signature was verified.</summary>
    /// <exception cref="AwsException">The service refuses it.</exception>
    Task HandleAsync(AwsRequest request, CancellationToken cancellationToken);
}
