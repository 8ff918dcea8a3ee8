using System.Net;
using Amazon.Runtime;

namespace Amazon.EMRServerless;

/// <summary>Any error that the service answers with; <c>ErrorCode</c> says which.</summary>
public class AmazonEMRServerlessException : AmazonServiceException
{
    public AmazonEMRServerlessException(string message)
        : base(message)
    {
    }

    public AmazonEMRServerlessException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public AmazonEMRServerlessException(Exception innerException)
        : base(innerException)
    {
    }

    public AmazonEMRServerlessException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, errorType, errorCode, requestId, statusCode)
    {
    }

    public AmazonEMRServerlessException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
