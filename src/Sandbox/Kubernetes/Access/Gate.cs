using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Kubernetes.Authorization;
using GovernedFinetune.Sandbox.Kubernetes.Http;

namespace GovernedFinetune.Sandbox.Kubernetes.Access;

/// <summary>What stands before everything that is not public: who asks, as whom, and whether they may.</summary>
internal sealed class Gate(Authenticator authenticator, Impersonation impersonation, Authorizer authorizer)
{
    /// <summary>Lets a request in. Nothing about its object or its body was looked at yet, so a refusal tells nothing about them.</summary>
    /// <returns>Who the request is to be taken for.</returns>
    /// <exception cref="StatusException">401 without a valid token; 403 when the caller may not do this.</exception>
    public Caller Admit(HttpContext http, AccessRequest access)
    {
        var caller = authenticator.Authenticate(http.Request) ?? throw Refusals.Unauthorized();
        http.Description().Principal = caller.Name;
        caller = impersonation.Apply(http.Request, caller);
        http.Description().Principal = caller.Name;
        authorizer.Demand(caller, access);
        return caller;
    }
}
