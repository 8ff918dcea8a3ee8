using Amazon.Runtime;

namespace Amazon.SageMaker.Model;

/// <summary>Asks StopTrainingJob to stop a training job.</summary>
public partial class StopTrainingJobRequest : AmazonSageMakerRequest
{
    public string TrainingJobName { get; set; }
}

/// <summary>What StopTrainingJob answers.</summary>
public partial class StopTrainingJobResponse : AmazonWebServiceResponse
{
}
