using System.Net;
using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>The service may not decrypt the secret with its KMS key.</summary>
public class DecryptionFailureException : AmazonSecretsManagerException
{
    public DecryptionFailureException(string message)
        : base(message)
    {
    }

    public DecryptionFailureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public DecryptionFailureException(Exception innerException)
        : base(innerException)
    {
    }

    public DecryptionFailureException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, errorType, errorCode, requestId, statusCode)
    {
    }

    public DecryptionFailureException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}

/// <summary>The service failed.</summary>
public class InternalServiceErrorException : AmazonSecretsManagerException
{
    public InternalServiceErrorException(string message)
        : base(message)
    {
    }

    public InternalServiceErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public InternalServiceErrorException(Exception innerException)
        : base(innerException)
    {
    }

    public InternalServiceErrorException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, errorType, errorCode, requestId, statusCode)
    {
    }

    public InternalServiceErrorException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}

/// <summary>A parameter is not valid.</summary>
public class InvalidParameterException : AmazonSecretsManagerException
{
    public InvalidParameterException(string message)
        : base(message)
    {
    }

    public InvalidParameterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public InvalidParameterException(Exception innerException)
        : base(innerException)
    {
    }

    public InvalidParameterException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, errorType, errorCode, requestId, statusCode)
    {
    }

    public InvalidParameterException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}

/// <summary>The secret is in a state that forbids the request, such as scheduled for deletion.</summary>
public class InvalidRequestException : AmazonSecretsManagerException
{
    public InvalidRequestException(string message)
        : base(message)
    {
    }

    public InvalidRequestException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public InvalidRequestException(Exception innerException)
        : base(innerException)
    {
    }

    public InvalidRequestException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, errorType, errorCode, requestId, statusCode)
    {
    }

    public InvalidRequestException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}

/// <summary>There is no such secret or version.</summary>
public class ResourceNotFoundException : AmazonSecretsManagerException
{
    public ResourceNotFoundException(string message)
        : base(message)
    {
    }

    public ResourceNotFoundException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ResourceNotFoundException(Exception innerException)
        : base(innerException)
    {
    }

    public ResourceNotFoundException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, errorType, errorCode, requestId, statusCode)
    {
    }

    public ResourceNotFoundException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
