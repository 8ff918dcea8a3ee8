namespace GovernedFinetune.Sandbox;

/// <summary>What a sandbox is started with. Every port is a free one unless given; nothing listens outside loopback.</summary>
public sealed record SandboxOptions
{
    /// <summary>Where the sandbox keeps its kubeconfig, <c>endpoints.json</c>, request log, objects and job folders.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Port of the Kubernetes API (TLS); 0 takes a free one.</summary>
    public int KubernetesPort { get; init; }

    /// <summary>Port of Unity Catalog; 0 takes a free one.</summary>
    public int CatalogPort { get; init; }

    /// <summary>Port of the AWS services; 0 takes a free one.</summary>
    public int AwsPort { get; init; }

    /// <summary>Training images that can be run: image name to the folder that stands for the image's root.</summary>
    public IReadOnlyDictionary<string, string> TrainingImages { get; init; } = new Dictionary<string, string>();

    /// <summary>AWS Region of every service.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>AWS account of every service.</summary>
    public string AccountId { get; init; } = "123456789012";

    /// <summary>How long an OAuth token of the catalog is good for.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long vended and role credentials are good for.</summary>
    public TimeSpan CredentialLifetime { get; init; } = TimeSpan.FromHours(1);
}
