using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.Emr;

/// <summary>The constraints of the EMR Serverless model (API 2021-07-13) on what the sandbox takes.</summary>
internal static class EmrShapes
{
    private const string NotBlank = @".*\S.*";
    private const string KmsKeyArn = @"arn:(aws[a-zA-Z0-9-]*):kms:[a-zA-Z0-9\-]*:([0-9]{12}):key\/[a-zA-Z0-9-]+";

    private static readonly Shape Token = Shape.Text(1, 64, "[A-Za-z0-9._-]+").Required();

    private static readonly Shape Capacity = Shape.Structure(
        ("cpu", Shape.Text(1, 15, @"[1-9][0-9]*(\s)?(vCPU|vcpu|VCPU)?").Required()),
        ("memory", Shape.Text(1, 15, @"[1-9][0-9]*(\s)?(GB|gb|gB|Gb)?").Required()),
        ("disk", Shape.Text(1, 15, @"[1-9][0-9]*(\s)?(GB|gb|gB|Gb)")));

    private static readonly Shape Configurations = Shape.List(Shape.Structure(
        ("classification", Shape.Text(1, 1024, NotBlank).Required()),
        ("properties", Shape.Map(Shape.Text(1, 1024), Shape.Text(0, 1024), max: 100))), max: 100);

    private static readonly Shape Monitoring = Shape.Structure(
        ("s3MonitoringConfiguration", Shape.Structure(
            ("logUri", Shape.Text(1, 10280, "s3://.+")), ("encryptionKeyArn", Shape.Text(20, 2048, KmsKeyArn)))),
        ("managedPersistenceMonitoringConfiguration", Shape.Structure(
            ("enabled", Shape.Boolean), ("encryptionKeyArn", Shape.Text(20, 2048, KmsKeyArn)))),
        ("cloudWatchLoggingConfiguration", Shape.Structure(
            ("enabled", Shape.Boolean), ("logGroupName", Shape.Text(1, 512, @"[\.\-_/#A-Za-z0-9]+")), ("logStreamNamePrefix", Shape.Text(1, 512, "[^:*]*")))));

    private static readonly Shape Network = Shape.Structure(
        ("subnetIds", Shape.List(Shape.Text(1, 32, "[-0-9a-zA-Z]+.*"), max: 16)),
        ("securityGroupIds", Shape.List(Shape.Text(1, 32, "[-0-9a-zA-Z]+.*"), max: 5)));

    public static Shape Tags { get; } = Shape.Map(
        Shape.Text(1, 128, "[A-Za-z0-9 /_.:=+@-]+"), Shape.Text(0, 256, "[A-Za-z0-9 /_.:=+@-]*"), max: 200);

    public static Shape TagResource { get; } = Shape.Structure(("tags", Tags));

    public static Shape CreateApplication { get; } = Shape.Structure(
        ("clientToken", Token),
        ("name", Shape.Text(1, 64, "[A-Za-z0-9._/#-]+")),
        ("releaseLabel", Shape.Text(1, 64, "[A-Za-z0-9._/-]+").Required()),
        ("type", Shape.Text(1, 64).Required()),
        ("architecture", Shape.Enum("ARM64", "X86_64")),
        ("maximumCapacity", Capacity),
        ("tags", Tags),
        ("autoStartConfiguration", Shape.Structure(("enabled", Shape.Boolean))),
        ("autoStopConfiguration", Shape.Structure(("enabled", Shape.Boolean), ("idleTimeoutMinutes", Shape.Integer(1, 10080)))),
        ("networkConfiguration", Network),
        ("runtimeConfiguration", Configurations),
        ("monitoringConfiguration", Monitoring),
        ("schedulerConfiguration", Shape.Structure(("queueTimeoutMinutes", Shape.Integer(15, 720)), ("maxConcurrentRuns", Shape.Integer(1, 1000)))));

    public static Shape StartJobRun { get; } = Shape.Structure(
        ("clientToken", Token),
        ("executionRoleArn", Shape.Text(20, 2048, @"arn:(aws[a-zA-Z0-9-]*):iam::([0-9]{12}):(role((\u002F)|(\u002F[\u0021-\u007F]+\u002F))[\w+=,.@-]+)").Required()),
        ("jobDriver", Shape.Structure(("sparkSubmit", Shape.Structure(
            ("entryPoint", Shape.Text(1, 4096, NotBlank).Required()),
            ("entryPointArguments", Shape.List(Shape.Text(1, int.MaxValue, @"(?s).*\S.*"), max: 1024)),
            ("sparkSubmitParameters", Shape.Text(1, 102400, NotBlank))).Required())).Required()),
        ("configurationOverrides", Shape.Structure(("applicationConfiguration", Configurations), ("monitoringConfiguration", Monitoring))),
        ("tags", Tags),
        ("executionTimeoutMinutes", Shape.Integer(0, 1_000_000)),
        ("name", Shape.Text(1, 256, NotBlank)),
        ("mode", Shape.Enum("BATCH", "STREAMING")),
        ("retryPolicy", Shape.Structure(("maxAttempts", Shape.Integer(1, 10)), ("maxFailedAttemptsPerHour", Shape.Integer(1)))));
}
