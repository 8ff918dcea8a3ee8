using Amazon.Runtime;

namespace Amazon.EMRServerless;

/// <summary>What the requests of the service have in common.</summary>
public partial class AmazonEMRServerlessRequest : AmazonWebServiceRequest
{
}
