using Amazon.Runtime;

namespace Amazon.SageMaker;

/// <summary>What the requests of the service have in common.</summary>
public partial class AmazonSageMakerRequest : AmazonWebServiceRequest
{
}
