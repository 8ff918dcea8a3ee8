using System.Text;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Cloud.Secrets;

/// <summary>Secrets of AWS Secrets Manager.</summary>
internal sealed class SecretReader(IAmazonSecretsManager secrets, AwsCaller caller) : ISecretReader
{
    /// <inheritdoc />
    public Task<string> ReadAsync(string secretId, CancellationToken cancellationToken) =>
        caller.SendAsync(
            new AwsCall("secretsmanager:GetSecretValue", secretId),
            async token =>
            {
                try
                {
                    var answer = await secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = secretId }, token);
                    return answer.SecretString ?? Encoding.UTF8.GetString(answer.SecretBinary?.ToArray() ?? []);
                }
                catch (AmazonServiceException e) when (e.HasCode("ResourceNotFoundException", "InvalidRequestException", "DecryptionFailure"))
                {
                    throw OperatorException.Terminal(
                        Reasons.CredentialsUnavailable,
                        $"Secret '{secretId}' cannot be read: {e.ErrorCode}: {e.Message} Create it, restore it, or correct the profile's secret id.",
                        e);
                }
            },
            cancellationToken);
}
