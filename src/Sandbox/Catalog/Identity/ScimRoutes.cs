using GovernedFinetune.Sandbox.Catalog.Http;

namespace GovernedFinetune.Sandbox.Catalog.Identity;

/// <summary>SCIM: who am I, and in which groups.</summary>
internal sealed class ScimRoutes(PrincipalDirectory principals) : IRoutes
{
    public void Map(RouteTable routes) => routes.Get("/api/2.0/preview/scim/v2/Me", "scim.me", Me);

    private object Me(Call call)
    {
        var name = call.Caller.Name;
        var known = principals.TryGet(name, out var principal);
        var answer = new Dictionary<string, object>
        {
            ["schemas"] = new[] { $"urn:ietf:params:scim:schemas:core:2.0:{(known ? "ServicePrincipal" : "User")}" },
            ["userName"] = name,
            ["displayName"] = principal?.DisplayName ?? "Sandbox administrator",
            ["active"] = true,
            ["groups"] = principals.GroupsOf(name).Select(g => new Dictionary<string, string>
            {
                ["display"] = g.DisplayName,
                ["value"] = g.Id,
                ["type"] = g.Members.Contains(name) ? "direct" : "indirect",
                ["$ref"] = $"Groups/{g.Id}",
            }).ToList(),
        };
        if (known)
        {
            answer["applicationId"] = name;
        }

        return answer;
    }
}
