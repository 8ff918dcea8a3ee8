namespace Amazon.SageMaker.Model;

/// <summary>One input of a training job.</summary>
public partial class Channel
{
    public string ChannelName { get; set; }

    public DataSource DataSource { get; set; }

    public string ContentType { get; set; }

    public CompressionType CompressionType { get; set; }

    public RecordWrapper RecordWrapperType { get; set; }

    public TrainingInputMode InputMode { get; set; }
}

/// <summary>Where a channel reads from.</summary>
public partial class DataSource
{
    public S3DataSource S3DataSource { get; set; }
}

/// <summary>An S3 object or prefix that a channel reads.</summary>
public partial class S3DataSource
{
    public S3DataType S3DataType { get; set; }

    public string S3Uri { get; set; }

    public S3DataDistribution S3DataDistributionType { get; set; }

    public List<string> AttributeNames { get; set; }

    public List<string> InstanceGroupNames { get; set; }
}
