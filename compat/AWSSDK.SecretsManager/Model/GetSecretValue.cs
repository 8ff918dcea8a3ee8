using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>Asks GetSecretValue to read a secret.</summary>
public partial class GetSecretValueRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public string VersionId { get; set; }

    public string VersionStage { get; set; }
}

/// <summary>What GetSecretValue answers.</summary>
public partial class GetSecretValueResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }

    public MemoryStream SecretBinary { get; set; }

    public string SecretString { get; set; }

    public List<string> VersionStages { get; set; }

    public DateTime? CreatedDate { get; set; }
}
