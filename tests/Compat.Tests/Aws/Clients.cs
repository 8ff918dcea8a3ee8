using System.Text.Json.Nodes;
using Amazon.EMRServerless;
using Amazon.Runtime;
using Amazon.SageMaker;
using Amazon.SecretsManager;

namespace GovernedFinetune.Compat.Tests.Aws;

/// <summary>Clients of a <see cref="ScriptedAws"/>, and how its requests are compared.</summary>
internal static class Clients
{
    public static BasicAWSCredentials Credentials { get; } = new(Signature.AccessKey, Signature.SecretKey);

    public static AmazonSageMakerClient SageMaker(this ScriptedAws aws, int retries = 2) => new(
        Credentials, new AmazonSageMakerConfig { ServiceURL = aws.Url, AuthenticationRegion = Signature.Region, MaxErrorRetry = retries });

    public static AmazonEMRServerlessClient EMRServerless(this ScriptedAws aws, int retries = 2) => new(
        Credentials, new AmazonEMRServerlessConfig { ServiceURL = aws.Url, AuthenticationRegion = Signature.Region, MaxErrorRetry = retries });

    public static AmazonSecretsManagerClient SecretsManager(this ScriptedAws aws, int retries = 2) => new(
        Credentials, new AmazonSecretsManagerConfig { ServiceURL = aws.Url, AuthenticationRegion = Signature.Region, MaxErrorRetry = retries });

    /// <summary>Fails unless the body is this JSON, whatever the order of members; a member too many is a difference.</summary>
    public static void AssertBody(this WireRequest request, string json) => Assert.True(
        JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(request.Text)), $"expected {json}\nbut sent  {request.Text}");
}
