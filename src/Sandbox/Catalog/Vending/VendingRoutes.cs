using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Permissions;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Vending;

/// <summary>
/// Temporary credentials for tables and paths. SDKs call 2.0, the documentation and Spark's connector 2.1: both are served.
/// </summary>
internal sealed class VendingRoutes(CatalogState state, Resolver resolver, Authorizer authorizer, Locations locations, CredentialVendor vendor) : IRoutes
{
    public void Map(RouteTable routes)
    {
        foreach (var version in new[] { "2.0", "2.1" })
        {
            routes.Post($"/api/{version}/unity-catalog/temporary-table-credentials", "temporary-table-credentials", ForTable);
            routes.Post($"/api/{version}/unity-catalog/temporary-path-credentials", "temporary-path-credentials", ForPath);
        }
    }

    private object ForTable(Call call)
    {
        var id = call.Body.RequiredText("table_id");
        call.Concerns(id);
        var write = call.Body.RequiredText("operation") switch
        {
            "READ" => false,
            "READ_WRITE" => true,
            var other => throw ApiError.Invalid("operation", $"is '{other}'; expected READ or READ_WRITE."),
        };
        var table = state.Tables.Values.FirstOrDefault(t => string.Equals(t.Id, id, StringComparison.OrdinalIgnoreCase))
            ?? throw new ApiError(404, "TABLE_DOES_NOT_EXIST", $"Table with id '{id}' does not exist.");
        call.Concerns(table.FullName);

        ExternalAccess.RequireEnabled(state.Metastore);
        _ = resolver.EnterSchema(call.Caller, table.Schema.Catalog.Name, table.Schema.Name);
        authorizer.Require(call.Caller, Privileges.Select, table);
        if (write)
        {
            authorizer.Require(call.Caller, Privileges.Modify, table);
        }

        authorizer.Require(call.Caller, Privileges.ExternalUseSchema, table.Schema);
        return vendor.Issue(call.Caller, ExternalAccess.RequireEligible(table, write), write);
    }

    private object ForPath(Call call)
    {
        var url = StorageUrl.Parse(call.Body.RequiredText("url"), "url");
        call.Concerns(url.ToString());
        var operation = call.Body.RequiredText("operation");
        string[] needed = operation switch
        {
            "PATH_READ" => [Privileges.ReadFiles],
            "PATH_READ_WRITE" => [Privileges.ReadFiles, Privileges.WriteFiles],
            "PATH_CREATE_TABLE" => [Privileges.CreateExternalTable],
            _ => throw ApiError.Invalid("operation", $"is '{operation}'; expected PATH_READ, PATH_READ_WRITE or PATH_CREATE_TABLE."),
        };
        var dryRun = call.Body.Flag("dry_run");

        ExternalAccess.RequireEnabled(state.Metastore);
        var location = locations.RequireOf(url);
        foreach (var privilege in needed)
        {
            authorizer.Require(call.Caller, privilege, location);
        }

        authorizer.Require(call.Caller, Privileges.ExternalUseLocation, location);
        if (dryRun)
        {
            // A dry run is about privileges only: it does not test the path, and gives nothing that could be used.
            return new { url = url.ToString() };
        }

        // Files of a table are reached through the table: READ_FILES above it must not be a way round SELECT.
        locations.RequireFree(url);
        var write = operation != "PATH_READ";
        return write && location.ReadOnly ? throw ReadOnly(call.Caller, location) : vendor.Issue(call.Caller, url, write);
    }

    private static ApiError ReadOnly(Caller caller, ExternalLocation location) =>
        new(403, "PERMISSION_DENIED", $"External Location '{location.Name}' is read only; '{caller.Name}' asked to write.");
}
