using Amazon.EMRServerless.Model;
using Amazon.JsonClient;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Amazon.EMRServerless;

/// <summary>Where each operation goes, and how it is written and read.</summary>
internal static class Operations
{
    private static readonly ServiceErrors Errors = new(
        (m, inner, type, code, id, status) => new AmazonEMRServerlessException(m, inner, type, code, id, status),
        new Dictionary<string, ServiceErrorFactory>
        {
            ["ConflictException"] = (m, inner, type, code, id, status) => new ConflictException(m, inner, type, code, id, status),
            ["InternalServerException"] = (m, inner, type, code, id, status) => new InternalServerException(m, inner, type, code, id, status),
            ["ResourceNotFoundException"] = (m, inner, type, code, id, status) => new ResourceNotFoundException(m, inner, type, code, id, status),
            ["ServiceQuotaExceededException"] = (m, inner, type, code, id, status) => new ServiceQuotaExceededException(m, inner, type, code, id, status),
            ["ValidationException"] = (m, inner, type, code, id, status) => new ValidationException(m, inner, type, code, id, status),
        });

    public static readonly InvokeOptions StartJobRun = Of<StartJobRunRequest, StartJobRunResponse>(
        "POST", "/applications/{applicationId}/jobruns", (request, call) => call.Path("applicationId", request.ApplicationId));

    public static readonly InvokeOptions GetJobRun = Of<GetJobRunRequest, GetJobRunResponse>(
        "GET", "/applications/{applicationId}/jobruns/{jobRunId}", (request, call) => call
            .Path("applicationId", request.ApplicationId)
            .Path("jobRunId", request.JobRunId)
            .Query("attempt", request.Attempt));

    public static readonly InvokeOptions CancelJobRun = Of<CancelJobRunRequest, CancelJobRunResponse>(
        "DELETE", "/applications/{applicationId}/jobruns/{jobRunId}", (request, call) => call
            .Path("applicationId", request.ApplicationId)
            .Path("jobRunId", request.JobRunId)
            .Query("shutdownGracePeriodInSeconds", request.ShutdownGracePeriodInSeconds));

    public static readonly InvokeOptions ListJobRuns = Of<ListJobRunsRequest, ListJobRunsResponse>(
        "GET", "/applications/{applicationId}/jobruns", (request, call) => call
            .Path("applicationId", request.ApplicationId)
            .Query("nextToken", request.NextToken)
            .Query("maxResults", request.MaxResults)
            .Query("createdAtAfter", request.CreatedAtAfter)
            .Query("createdAtBefore", request.CreatedAtBefore)
            .Query("states", request.States)
            .Query("mode", request.Mode?.Value));

    public static readonly InvokeOptions GetApplication = Of<GetApplicationRequest, GetApplicationResponse>(
        "GET", "/applications/{applicationId}", (request, call) => call.Path("applicationId", request.ApplicationId));

    private static InvokeOptions Of<TRequest, TResponse>(string method, string path, Action<TRequest, RestCall> bind)
        where TRequest : AmazonWebServiceRequest
        where TResponse : AmazonWebServiceResponse, new() => new()
        {
            RequestMarshaller = new RestMarshaller<TRequest>(
                "Amazon.EMRServerless", "2021-07-13", method, path, bind, message => new AmazonEMRServerlessException(message)),
            ResponseUnmarshaller = new JsonUnmarshaller<TResponse>(JsonShapes.SmallFirstLetter, Errors),
        };
}
