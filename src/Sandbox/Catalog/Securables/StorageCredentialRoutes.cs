using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Permissions;

namespace GovernedFinetune.Sandbox.Catalog.Securables;

/// <summary>Storage credentials: the IAM role behind an external location. The sandbox does not assume it.</summary>
internal sealed class StorageCredentialRoutes(CatalogState state, Resolver resolver, Authorizer authorizer, Paging paging) : IRoutes
{
    public void Map(RouteTable routes)
    {
        const string one = RouteTable.Catalog + "/storage-credentials/{name}";
        routes.Get(RouteTable.Catalog + "/storage-credentials", "storage-credentials.list", List);
        routes.Post(RouteTable.Catalog + "/storage-credentials", "storage-credentials.create", Create);
        routes.Get(one, "storage-credentials.get", Get);
        routes.Patch(one, "storage-credentials.update", Update);
        routes.Delete(one, "storage-credentials.delete", Delete);
    }

    private object List(Call call) => paging.Legacy(
        call, "storage_credentials", state.StorageCredentials.Values.Where(c => authorizer.Sees(call.Caller, c)), c => c.Name, Shape);

    private object Create(Call call)
    {
        var name = Names.Free(call.Body.RequiredText("name"), "name");
        call.Concerns(name);
        var role = call.Body.RequiredObject("aws_iam_role").RequiredText("role_arn");
        if (!role.StartsWith("arn:aws:iam::", StringComparison.Ordinal))
        {
            throw ApiError.Invalid("aws_iam_role.role_arn", $"is '{role}'; expected arn:aws:iam::<account>:role/<name>.");
        }

        authorizer.Require(call.Caller, Privileges.CreateStorageCredential, state.Metastore);
        if (state.StorageCredentials.ContainsKey(name))
        {
            throw ApiError.Exists(SecurableKind.StorageCredential, name);
        }

        return Shape(state.StorageCredentials[name] = new StorageCredential(name, state.StampOf(call.Caller))
        {
            RoleArn = role,
            Comment = call.Body.Text("comment"),
            ReadOnly = call.Body.Flag("read_only"),
        });
    }

    private object Get(Call call)
    {
        var credential = Named(call);
        return authorizer.Sees(call.Caller, credential) ? Shape(credential) : throw ApiError.NotOwner(credential);
    }

    private object Update(Call call)
    {
        var credential = Named(call);
        authorizer.RequireManages(call.Caller, credential);
        var owner = call.Body.Text("owner") is { } named ? resolver.Owner(named) : credential.Owner;
        credential.Comment = call.Body.Text("comment") ?? credential.Comment;
        credential.Owner = owner;
        credential.Updated = state.StampOf(call.Caller);
        return Shape(credential);
    }

    private object? Delete(Call call)
    {
        var credential = Named(call);
        authorizer.RequireManages(call.Caller, credential);
        if (state.ExternalLocations.Values.FirstOrDefault(l => l.CredentialName == credential.Name) is { } user)
        {
            throw ApiError.InvalidState($"Storage credential '{credential.Name}' is in use by external location '{user.Name}'.");
        }

        _ = state.StorageCredentials.Remove(credential.Name);
        return null;
    }

    private StorageCredential Named(Call call)
    {
        call.Concerns(call.Route("name"));
        return state.StorageCredentials.GetValueOrDefault(call.Route("name"))
            ?? throw ApiError.Missing(SecurableKind.StorageCredential, call.Route("name"));
    }

    private object Shape(StorageCredential credential) => new
    {
        credential.Id,
        credential.Name,
        credential.FullName,
        AwsIamRole = new
        {
            credential.RoleArn,
            ExternalId = credential.Id,
            UnityCatalogIamArn = $"arn:aws:iam::{state.Metastore.AccountId}:role/unity-catalog",
        },
        credential.ReadOnly,
        credential.Comment,
        credential.Owner,
        MetastoreId = state.Metastore.Id,
        CreatedAt = credential.Created.Milliseconds,
        CreatedBy = credential.Created.By,
        UpdatedAt = credential.Updated.Milliseconds,
        UpdatedBy = credential.Updated.By,
    };
}
