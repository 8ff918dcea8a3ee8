using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Aws.Iam;

/// <summary>The refusal of a caller whose policy does not allow an action.</summary>
internal static class AccessDenied
{
    public static AwsException For(AwsService service, AwsCredential caller, string action, string resource)
    {
        var denied = caller.Policy.Denies(action, resource);
        var why = denied ? $"with an explicit deny in an identity-based policy" : $"because no identity-based policy allows the {action} action";
        return service.Protocol switch
        {
            AwsProtocol.RestXml => new AwsException(403, "AccessDenied",
                $"User: {caller.Arn} is not authorized to perform: {action} on resource: \"{resource}\" {why}"),
            AwsProtocol.Query => new AwsException(403, "AccessDenied",
                $"User: {caller.Arn} is not authorized to perform: {action} on resource: {resource}"),
            _ => new AwsException(service.Protocol == AwsProtocol.RestJson ? 403 : 400, "AccessDeniedException",
                $"User: {caller.Arn} is not authorized to perform: {action} on resource: {resource} {why}"),
        };
    }

    /// <summary>Whether a statement of the policy forbids the action outright, whatever others allow.</summary>
    public static bool Denies(this IamPolicy policy, string action, string resource) =>
        policy.Statements.Any(s => !s.Allow
            && s.Actions.Any(a => Wildcard.Matches(a, action, ignoreCase: true))
            && s.Resources.Any(r => Wildcard.Matches(r, resource, ignoreCase: false)));
}
