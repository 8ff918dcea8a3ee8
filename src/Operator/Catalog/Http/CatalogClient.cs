using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using GovernedFinetune.Operator.Catalog.Auth;

namespace GovernedFinetune.Operator.Catalog.Http;

/// <summary>An answer of the catalog: a body, or an error.</summary>
/// <param name="Body">The body of a success.</param>
/// <param name="Error">What went wrong; null on success.</param>
internal sealed record CatalogAnswer(ReadOnlyMemory<byte> Body, CatalogError? Error);

/// <summary>Speaks HTTP with the catalog of one profile, as its service principal.</summary>
/// <param name="http">Shared by all profiles; follows no redirects.</param>
/// <param name="host">Scheme and host of the catalog.</param>
/// <param name="tokens">Where tokens come from.</param>
/// <param name="clock">The time.</param>
internal sealed class CatalogClient(HttpClient http, Uri host, ITokenSource tokens, TimeProvider clock)
{
    /// <summary>Sends a call and reads its answer.</summary>
    /// <exception cref="Failures.OperatorException">Any failure.</exception>
    public async Task<T> ReadAsync<T>(CatalogCall call, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(call, cancellationToken);
        return answer.Error is null ? Parse<T>(call, answer.Body) : throw CatalogFailures.From(answer.Error, call.Purpose);
    }

    /// <summary>Sends a call and reads its answer; null when the object does not exist.</summary>
    /// <exception cref="Failures.OperatorException">Any other failure.</exception>
    public async Task<T?> FindAsync<T>(CatalogCall call, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await SendAsync(call, cancellationToken);
        return answer.Error switch
        {
            null => Parse<T>(call, answer.Body),
            { Kind: CatalogErrorKind.NotFound } => null,
            _ => throw CatalogFailures.From(answer.Error, call.Purpose),
        };
    }

    /// <summary>Sends a call that makes something; null when something of that name exists already.</summary>
    /// <exception cref="Failures.OperatorException">Any other failure.</exception>
    public async Task<T?> CreateAsync<T>(CatalogCall call, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await SendAsync(call, cancellationToken);
        return answer.Error switch
        {
            null => Parse<T>(call, answer.Body),
            { Kind: CatalogErrorKind.AlreadyExists } => null,
            _ => throw CatalogFailures.From(answer.Error, call.Purpose),
        };
    }

    /// <summary>Sends a call and gives whatever was answered. A refused token is replaced once.</summary>
    /// <exception cref="Failures.OperatorException">There was no answer.</exception>
    public async Task<CatalogAnswer> SendAsync(CatalogCall call, CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(cancellationToken);
        var answer = await SendOnceAsync(call, token, cancellationToken);
        if (answer.Error?.Kind != CatalogErrorKind.Unauthenticated)
        {
            return answer;
        }

        tokens.Discard(token);
        token = await tokens.GetAsync(cancellationToken);
        return await SendOnceAsync(call, token, cancellationToken);
    }

    /// <summary>Reads the body of a success.</summary>
    public static T Parse<T>(CatalogCall call, ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body.Span, CatalogJson.Options) ?? throw CatalogFailures.Unreadable(call.Purpose, "it is null");
        }
        catch (JsonException e)
        {
            throw CatalogFailures.Unreadable(call.Purpose, e.Message, e);
        }
    }

    private async Task<CatalogAnswer> SendOnceAsync(CatalogCall call, AccessToken? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(call.Method, new Uri(host, call.Target));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        }

        if (call.Body is not null)
        {
            request.Content = JsonContent.Create(call.Body, call.Body.GetType(), options: CatalogJson.Options);
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices
                ? new CatalogAnswer(body, null)
                : new CatalogAnswer(default, CatalogErrorParser.Parse((int)response.StatusCode, body, response.Headers.RetryAfter, clock.GetUtcNow()));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || IsTimeout(e, cancellationToken))
        {
            throw CatalogFailures.Unreachable(call.Purpose, host, e);
        }
    }

    /// <summary>HttpClient reports its own timeout as a cancellation that nobody asked for.</summary>
    private static bool IsTimeout(Exception e, CancellationToken cancellationToken) =>
        e is OperationCanceledException && !cancellationToken.IsCancellationRequested;
}
