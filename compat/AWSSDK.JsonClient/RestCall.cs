using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Util;

namespace Amazon.JsonClient;

/// <summary>The parts of a REST request that are outside its body.</summary>
public sealed class RestCall
{
    private readonly IRequest _request;
    private readonly Func<string, AmazonServiceException> _refuse;

    internal RestCall(IRequest request, Func<string, AmazonServiceException> refuse)
    {
        _request = request;
        _refuse = refuse;
    }

    /// <summary>Fills a placeholder of the path.</summary>
    /// <exception cref="AmazonServiceException">There is no value: the service's own exception, as in the real package.</exception>
    public RestCall Path(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            // An empty segment would be another operation: a GET of one job run becomes the list of all.
            throw _refuse($"{_request.RequestName} has no {name}: set {char.ToUpperInvariant(name[0])}{name[1..]}.");
        }

        _request.AddPathResource($"{{{name}}}", value);
        return this;
    }

    /// <summary>Adds a query parameter, when there is a value.</summary>
    public RestCall Query(string name, string? value)
    {
        if (value is not null)
        {
            _request.Parameters.Add(name, value);
        }

        return this;
    }

    /// <inheritdoc cref="Query(string, string?)" />
    public RestCall Query(string name, int? value) => Query(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc cref="Query(string, string?)" />
    public RestCall Query(string name, DateTime? value) =>
        Query(name, value is { } time ? StringUtils.FromDateTimeToISO8601WithOptionalMs(time) : null);

    /// <summary>Adds a query parameter once a value.</summary>
    public RestCall Query(string name, List<string>? values)
    {
        if (values is { Count: > 0 })
        {
            _request.ParameterCollection.Add(name, values);
        }

        return this;
    }
}
