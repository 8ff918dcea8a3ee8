using Amazon.JsonClient;
using Amazon.SageMaker.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Amazon.SageMaker;

/// <summary>How each operation is written and read.</summary>
internal static class Operations
{
    private static readonly ServiceErrors Errors = new(
        (m, inner, type, code, id, status) => new AmazonSageMakerException(m, inner, type, code, id, status),
        new Dictionary<string, ServiceErrorFactory>
        {
            ["ResourceInUse"] = (m, inner, type, code, id, status) => new ResourceInUseException(m, inner, type, code, id, status),
            ["ResourceLimitExceeded"] = (m, inner, type, code, id, status) => new ResourceLimitExceededException(m, inner, type, code, id, status),
            ["ResourceNotFound"] = (m, inner, type, code, id, status) => new ResourceNotFoundException(m, inner, type, code, id, status),
        });

    private static readonly TargetMarshaller Marshaller = new("Amazon.SageMaker", "SageMaker", "2017-07-24");

    public static readonly InvokeOptions CreateTrainingJob = Of<CreateTrainingJobResponse>();
    public static readonly InvokeOptions DescribeTrainingJob = Of<DescribeTrainingJobResponse>();
    public static readonly InvokeOptions StopTrainingJob = Of<StopTrainingJobResponse>();
    public static readonly InvokeOptions ListTrainingJobs = Of<ListTrainingJobsResponse>();

    private static InvokeOptions Of<TResponse>()
        where TResponse : AmazonWebServiceResponse, new() => new()
        {
            RequestMarshaller = Marshaller,
            ResponseUnmarshaller = new JsonUnmarshaller<TResponse>(JsonShapes.AsNamed, Errors),
        };
}
