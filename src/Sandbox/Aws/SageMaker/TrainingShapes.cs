using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>The constraints of the SageMaker model on what the sandbox takes.</summary>
internal static class TrainingShapes
{
    public const string JobName = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}";
    private const string S3Uri = "(https|s3)://([^/]+)/?(.*)";
    private const string TagText = @"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)";

    private static readonly string[] InputModes = ["Pipe", "File", "FastFile"];

    private static readonly Shape Algorithm = Shape.Structure(
        ("TrainingImage", Shape.Text(0, 255)),
        ("AlgorithmName", Shape.Text(1, 170)),
        ("TrainingInputMode", Shape.Enum(InputModes).Required()),
        ("MetricDefinitions", Shape.List(Shape.Structure(
            ("Name", Shape.Text(1, 255, ".+").Required()), ("Regex", Shape.Text(1, 500, ".+").Required())), max: 40)),
        ("EnableSageMakerMetricsTimeSeries", Shape.Boolean),
        ("ContainerEntrypoint", Shape.List(Shape.Text(0, 256), 1, 100)),
        ("ContainerArguments", Shape.List(Shape.Text(0, 256), 1, 100)));

    private static readonly Shape Channel = Shape.Structure(
        ("ChannelName", Shape.Text(1, 64, @"[A-Za-z0-9\.\-_]+").Required()),
        ("DataSource", Shape.Structure(
            ("S3DataSource", Shape.Structure(
                ("S3DataType", Shape.Enum("ManifestFile", "S3Prefix", "AugmentedManifestFile", "Converse").Required()),
                ("S3Uri", Shape.Text(0, 1024, S3Uri).Required()),
                ("S3DataDistributionType", Shape.Enum("FullyReplicated", "ShardedByS3Key")))),
            ("FileSystemDataSource", Shape.Structure())).Required()),
        ("ContentType", Shape.Text(0, 256)),
        ("CompressionType", Shape.Enum("None", "Gzip")),
        ("RecordWrapperType", Shape.Enum("None", "RecordIO")),
        ("InputMode", Shape.Enum(InputModes)));

    private static Shape Tags() => Shape.List(Shape.Structure(
        ("Key", Shape.Text(1, 128, TagText).Required()), ("Value", Shape.Text(0, 256, TagText).Required())), max: 50);

    private static Shape Arn() => Shape.Text(0, 256, @"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:.*");

    public static Shape Create { get; } = Shape.Structure(
        ("TrainingJobName", Shape.Text(1, 63, JobName).Required()),
        ("HyperParameters", Shape.Map(Shape.Text(0, 256), Shape.Text(0, 2500), max: 100)),
        ("AlgorithmSpecification", Algorithm),
        ("RoleArn", Shape.Text(20, 2048, @"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+").Required()),
        ("InputDataConfig", Shape.List(Channel, 1, 20)),
        ("OutputDataConfig", Shape.Structure(
            ("KmsKeyId", Shape.Text(0, 2048, "[a-zA-Z0-9:/_-]*")),
            ("S3OutputPath", Shape.Text(0, 1024, S3Uri).Required()),
            ("CompressionType", Shape.Enum("GZIP", "NONE"))).Required()),
        ("ResourceConfig", Shape.Structure(
            ("InstanceType", Shape.Enum(InstanceTypes.All)),
            ("InstanceCount", Shape.Integer(1)),
            ("VolumeSizeInGB", Shape.Integer(1)),
            ("VolumeKmsKeyId", Shape.Text(0, 2048, "[a-zA-Z0-9:/_-]*")),
            ("KeepAlivePeriodInSeconds", Shape.Integer(0, 21600)))),
        ("VpcConfig", Shape.Structure(
            ("SecurityGroupIds", Shape.List(Shape.Text(0, 32, "[-0-9a-zA-Z]+"), 1, 5).Required()),
            ("Subnets", Shape.List(Shape.Text(0, 32, "[-0-9a-zA-Z]+"), 1, 16).Required()))),
        ("StoppingCondition", Shape.Structure(
            ("MaxRuntimeInSeconds", Shape.Integer(1)),
            ("MaxWaitTimeInSeconds", Shape.Integer(1)),
            ("MaxPendingTimeInSeconds", Shape.Integer(7200, 2_419_200)))),
        ("Tags", Tags()),
        ("EnableNetworkIsolation", Shape.Boolean),
        ("EnableInterContainerTrafficEncryption", Shape.Boolean),
        ("EnableManagedSpotTraining", Shape.Boolean),
        ("CheckpointConfig", Shape.Structure(("S3Uri", Shape.Text(0, 1024, S3Uri).Required()), ("LocalPath", Shape.Text(0, 4096)))),
        ("Environment", Shape.Map(Shape.Text(0, 512, "[a-zA-Z_][a-zA-Z0-9_]*"), Shape.Text(0, 512), max: 100)),
        ("RetryStrategy", Shape.Structure(("MaximumRetryAttempts", Shape.Integer(1, 30).Required()))));

    /// <summary>Describe, Stop and Delete.</summary>
    public static Shape OneJob { get; } = Shape.Structure(("TrainingJobName", Shape.Text(1, 63, JobName).Required()));

    public static Shape List { get; } = Shape.Structure(
        ("NextToken", Shape.Text(0, 8192)),
        ("MaxResults", Shape.Integer(1, 100)),
        ("NameContains", Shape.Text(0, 63, @"[a-zA-Z0-9\-]+")),
        ("StatusEquals", Shape.Enum(TrainingStatus.Primaries)),
        ("SortBy", Shape.Enum("Name", "CreationTime", "Status")),
        ("SortOrder", Shape.Enum("Ascending", "Descending")));

    public static Shape AddTags { get; } = Shape.Structure(("ResourceArn", Arn().Required()), ("Tags", Tags().Required()));

    public static Shape ListTags { get; } = Shape.Structure(
        ("ResourceArn", Arn().Required()), ("NextToken", Shape.Text(0, 8192)), ("MaxResults", Shape.Integer(50)));

    public static Shape DeleteTags { get; } = Shape.Structure(
        ("ResourceArn", Arn().Required()), ("TagKeys", Shape.List(Shape.Text(1, 128, TagText), 1, 50).Required()));
}
