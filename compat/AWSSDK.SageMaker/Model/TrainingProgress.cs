namespace Amazon.SageMaker.Model;

/// <summary>One step that a training job went through.</summary>
public partial class SecondaryStatusTransition
{
    public SecondaryStatus Status { get; set; }

    public DateTime? StartTime { get; set; }

    public DateTime? EndTime { get; set; }

    public string StatusMessage { get; set; }
}

/// <summary>The last value of one metric.</summary>
public partial class MetricData
{
    public string MetricName { get; set; }

    public float? Value { get; set; }

    public DateTime? Timestamp { get; set; }
}

/// <summary>A key and a value on a resource.</summary>
public partial class Tag
{
    public string Key { get; set; }

    public string Value { get; set; }
}
