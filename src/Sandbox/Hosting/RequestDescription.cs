namespace GovernedFinetune.Sandbox.Hosting;

/// <summary>What a service says of the request that it is answering, for the request log.</summary>
public sealed class RequestDescription
{
    /// <summary>The service's own name of the call.</summary>
    public string Operation { get; set; } = "";

    /// <summary>Who asked.</summary>
    public string Principal { get; set; } = "";

    /// <summary>What was asked for.</summary>
    public string Resource { get; set; } = "";

    /// <summary>The error code of a refusal.</summary>
    public string? Error { get; set; }
}

/// <summary>Reaches the request's description from its <see cref="HttpContext"/>.</summary>
public static class RequestDescriptionExtensions
{
    /// <summary>The description of this request; services fill it as they learn more.</summary>
    public static RequestDescription Description(this HttpContext http)
    {
        if (http.Features.Get<RequestDescription>() is { } known)
        {
            return known;
        }

        var fresh = new RequestDescription();
        http.Features.Set(fresh);
        return fresh;
    }
}
