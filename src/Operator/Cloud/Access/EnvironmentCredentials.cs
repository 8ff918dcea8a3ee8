using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace GovernedFinetune.Operator.Cloud.Access;

/// <summary>
/// The identity that the process has been given, found as every AWS SDK finds it: variables, a web identity token (IRSA),
/// Pod Identity, a profile file, instance metadata. Looked for on each request and not when a client is made, so that a
/// process without an identity yet starts, and its failure is one of a call. The resolver keeps what it found.
/// </summary>
internal sealed class EnvironmentCredentials : AWSCredentials
{
    /// <inheritdoc />
    public override async Task<ImmutableCredentials> GetCredentialsAsync() =>
        await (await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync()).GetCredentialsAsync();

    /// <inheritdoc />
    public override ImmutableCredentials GetCredentials() => DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentials();
}
