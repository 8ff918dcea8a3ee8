namespace Amazon.SageMaker.Model;

/// <summary>The image that trains, and how it gets its data.</summary>
public partial class AlgorithmSpecification
{
    public string TrainingImage { get; set; }

    public string AlgorithmName { get; set; }

    public TrainingInputMode TrainingInputMode { get; set; }

    public List<MetricDefinition> MetricDefinitions { get; set; }

    public bool? EnableSageMakerMetricsTimeSeries { get; set; }

    public List<string> ContainerEntrypoint { get; set; }

    public List<string> ContainerArguments { get; set; }
}

/// <summary>A metric that is read from the log of the job with a regular expression.</summary>
public partial class MetricDefinition
{
    public string Name { get; set; }

    public string Regex { get; set; }
}
