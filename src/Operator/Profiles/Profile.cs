namespace GovernedFinetune.Operator.Profiles;

/// <summary>The dialect that a Unity Catalog server speaks.</summary>
public enum CatalogFlavor
{
    /// <summary>Databricks: OAuth M2M, effective permissions, MLflow's registry dialect, external lineage.</summary>
    Databricks,

    /// <summary>The open-source server.</summary>
    OpenSource,
}

/// <summary>
/// Which catalog and which cloud account a namespace's runs use, and as whom. Operator configuration, never a resource:
/// the people who apply runs cannot change it. Holds names and ARNs only, no secret.
/// </summary>
public sealed record Profile
{
    /// <summary>What <c>spec.profile</c> names.</summary>
    public required string Name { get; init; }

    /// <summary>Namespaces that may use it; <c>*</c> allows all.</summary>
    public required IReadOnlyList<string> Namespaces { get; init; }

    /// <summary>The catalog.</summary>
    public required CatalogProfile Catalog { get; init; }

    /// <summary>The Secrets Manager name or ARN of <c>{"client_id": ..., "client_secret": ...}</c>.</summary>
    public required string CredentialSecretId { get; init; }

    /// <summary>Where the AWS services are and as whom the operator calls them.</summary>
    public required AwsProfile Aws { get; init; }

    /// <summary>How preparation jobs run.</summary>
    public required EmrProfile Emr { get; init; }

    /// <summary>How training jobs run.</summary>
    public required TrainingProfile Training { get; init; }

    /// <summary>Where things are kept.</summary>
    public required StorageProfile Storage { get; init; }

    /// <summary>How often jobs are looked at.</summary>
    public TimeSpan JobPollInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the profile allows a namespace.</summary>
    public bool Allows(string @namespace) => Namespaces.Contains("*") || Namespaces.Contains(@namespace);
}

/// <summary>The catalog of a profile.</summary>
/// <param name="Host">Scheme and host, without a path, such as <c>https://dbc-x.cloud.databricks.com</c>.</param>
/// <param name="Flavor">The dialect that it speaks.</param>
public sealed record CatalogProfile(Uri Host, CatalogFlavor Flavor);

/// <summary>AWS access of a profile.</summary>
/// <param name="Region">The Region of every service.</param>
/// <param name="AssumeRoleArn">A role to assume first; absent means the operator's own identity.</param>
public sealed record AwsProfile(string Region, string? AssumeRoleArn);

/// <summary>EMR Serverless of a profile.</summary>
/// <param name="ApplicationId">The application that runs the jobs.</param>
/// <param name="ExecutionRoleArn">The jobs' role; it has no access to governed storage.</param>
/// <param name="EntryPoint">The script, <c>s3://</c> or <c>local://</c>.</param>
/// <param name="PyFiles">Python archives, <c>s3://</c>.</param>
/// <param name="SparkSubmitParameters">Further parameters, as spark-submit takes them.</param>
/// <param name="LogUri">Where driver logs go, <c>s3://</c>; absent means the service's own storage only.</param>
public sealed record EmrProfile(
    string ApplicationId,
    string ExecutionRoleArn,
    string EntryPoint,
    IReadOnlyList<string> PyFiles,
    string? SparkSubmitParameters,
    string? LogUri);

/// <summary>SageMaker training of a profile.</summary>
/// <param name="RoleArn">The jobs' role; it has no access to governed storage.</param>
/// <param name="Image">The training image.</param>
/// <param name="InstanceTypes">Instance types that runs may ask for.</param>
/// <param name="Subnets">Subnets of the jobs; empty means SageMaker's own network.</param>
/// <param name="SecurityGroupIds">Security groups of the jobs; given exactly when subnets are.</param>
/// <param name="VolumeKmsKeyId">Key of the instances' volumes; absent on types with local NVMe.</param>
/// <param name="OutputKmsKeyId">Key of the artifacts.</param>
public sealed record TrainingProfile(
    string RoleArn,
    string Image,
    IReadOnlyList<string> InstanceTypes,
    IReadOnlyList<string> Subnets,
    IReadOnlyList<string> SecurityGroupIds,
    string? VolumeKmsKeyId,
    string? OutputKmsKeyId);

/// <summary>Storage of a profile.</summary>
/// <param name="Artifacts">Bucket and prefix of job documents, manifests, artifacts and the audit record, <c>s3://bucket/prefix</c>.</param>
/// <param name="Prepared">Bucket and prefix under which prepared tables are laid, <c>s3://bucket/prefix</c>: governed storage.</param>
/// <param name="ExternalLocation">The UC external location that covers <paramref name="Prepared"/>.</param>
public sealed record StorageProfile(S3Location Artifacts, S3Location Prepared, string ExternalLocation);
