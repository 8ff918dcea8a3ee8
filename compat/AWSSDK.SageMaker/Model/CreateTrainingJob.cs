using Amazon.Runtime;

namespace Amazon.SageMaker.Model;

/// <summary>Asks CreateTrainingJob to start a training job.</summary>
public partial class CreateTrainingJobRequest : AmazonSageMakerRequest
{
    public string TrainingJobName { get; set; }

    public Dictionary<string, string> HyperParameters { get; set; }

    public AlgorithmSpecification AlgorithmSpecification { get; set; }

    public string RoleArn { get; set; }

    public List<Channel> InputDataConfig { get; set; }

    public OutputDataConfig OutputDataConfig { get; set; }

    public ResourceConfig ResourceConfig { get; set; }

    public VpcConfig VpcConfig { get; set; }

    public StoppingCondition StoppingCondition { get; set; }

    public List<Tag> Tags { get; set; }

    public bool? EnableNetworkIsolation { get; set; }

    public bool? EnableInterContainerTrafficEncryption { get; set; }

    public bool? EnableManagedSpotTraining { get; set; }

    public CheckpointConfig CheckpointConfig { get; set; }

    public Dictionary<string, string> Environment { get; set; }

    public RetryStrategy RetryStrategy { get; set; }
}

/// <summary>What CreateTrainingJob answers.</summary>
public partial class CreateTrainingJobResponse : AmazonWebServiceResponse
{
    public string TrainingJobArn { get; set; }
}
