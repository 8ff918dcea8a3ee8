using Amazon.Runtime;

namespace Amazon.EMRServerless;

/// <summary>The values of <c>JobRunState</c>; any other text is a value too.</summary>
public class JobRunState : ConstantClass
{
    public static readonly JobRunState CANCELLED = new("CANCELLED");
    public static readonly JobRunState CANCELLING = new("CANCELLING");
    public static readonly JobRunState FAILED = new("FAILED");
    public static readonly JobRunState PENDING = new("PENDING");
    public static readonly JobRunState QUEUED = new("QUEUED");
    public static readonly JobRunState RUNNING = new("RUNNING");
    public static readonly JobRunState SCHEDULED = new("SCHEDULED");
    public static readonly JobRunState SUBMITTED = new("SUBMITTED");
    public static readonly JobRunState SUCCESS = new("SUCCESS");

    public JobRunState(string value)
        : base(value)
    {
    }

    public static JobRunState FindValue(string value) => FindValue<JobRunState>(value);

    public static implicit operator JobRunState(string value) => FindValue(value);
}

/// <summary>The values of <c>JobRunMode</c>; any other text is a value too.</summary>
public class JobRunMode : ConstantClass
{
    public static readonly JobRunMode BATCH = new("BATCH");
    public static readonly JobRunMode STREAMING = new("STREAMING");

    public JobRunMode(string value)
        : base(value)
    {
    }

    public static JobRunMode FindValue(string value) => FindValue<JobRunMode>(value);

    public static implicit operator JobRunMode(string value) => FindValue(value);
}

/// <summary>The values of <c>ApplicationState</c>; any other text is a value too.</summary>
public class ApplicationState : ConstantClass
{
    public static readonly ApplicationState CREATED = new("CREATED");
    public static readonly ApplicationState CREATING = new("CREATING");
    public static readonly ApplicationState STARTED = new("STARTED");
    public static readonly ApplicationState STARTING = new("STARTING");
    public static readonly ApplicationState STOPPED = new("STOPPED");
    public static readonly ApplicationState STOPPING = new("STOPPING");
    public static readonly ApplicationState TERMINATED = new("TERMINATED");

    public ApplicationState(string value)
        : base(value)
    {
    }

    public static ApplicationState FindValue(string value) => FindValue<ApplicationState>(value);

    public static implicit operator ApplicationState(string value) => FindValue(value);
}

/// <summary>The values of <c>Architecture</c>; any other text is a value too.</summary>
public class Architecture : ConstantClass
{
    public static readonly Architecture ARM64 = new("ARM64");
    public static readonly Architecture X86_64 = new("X86_64");

    public Architecture(string value)
        : base(value)
    {
    }

    public static Architecture FindValue(string value) => FindValue<Architecture>(value);

    public static implicit operator Architecture(string value) => FindValue(value);
}
