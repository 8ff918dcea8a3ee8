using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Catalog.Http;
using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Permissions;
using GovernedFinetune.Sandbox.Catalog.Securables;
using GovernedFinetune.Sandbox.Catalog.Vending;

namespace GovernedFinetune.Sandbox.Catalog.Models;

/// <summary>What a new version is made from.</summary>
internal sealed record VersionRequest(
    string? Source, string? RunId, string? RunTrackingServerId, string? Comment, IReadOnlyDictionary<string, string> Tags);

/// <summary>The registry behind both dialects: who may do what to models, versions, aliases and tags.</summary>
internal sealed partial class ModelRegistry(
    CatalogState state, Resolver resolver, Authorizer authorizer, Locations locations, CredentialVendor vendor, Removal removal)
{
    public IEnumerable<RegisteredModel> VisibleTo(Caller caller) => state.Models.Values.Where(m => MayRead(caller, m));

    public IEnumerable<RegisteredModel> InSchema(Caller caller, string catalog, string schema)
    {
        var entered = resolver.EnterSchema(caller, catalog, schema);
        return VisibleTo(caller).Where(m => m.Schema == entered);
    }

    public RegisteredModel Create(Caller caller, string fullName, string? comment, IReadOnlyDictionary<string, string> tags, string nameField)
    {
        var (catalog, schemaName, name) = Names.Three(fullName, nameField);
        var schema = resolver.EnterSchema(caller, catalog, schemaName);
        authorizer.Require(caller, Privileges.CreateModel, schema);
        var key = $"{schema.FullName}.{name}";
        if (state.Models.ContainsKey(key))
        {
            throw ApiError.Exists(SecurableKind.Model, key);
        }

        var location = locations.RootOf(schema).Child($"models/{Guid.NewGuid()}");
        var model = new RegisteredModel(name, schema, location, state.StampOf(caller)) { Comment = comment };
        Copy(tags, model.Tags);
        return state.Models[key] = model;
    }

    public RegisteredModel Read(Caller caller, string fullName, string field = "full_name")
    {
        var model = resolver.EnterModel(caller, fullName, field);
        return MayRead(caller, model) ? model : throw ApiError.Denied(Privileges.Execute, model);
    }

    public ModelVersion ReadVersion(Caller caller, string fullName, int version) => Version(Read(caller, fullName), version);

    public RegisteredModel Update(Caller caller, string fullName, string? comment, string? owner, string? newName)
    {
        var model = Managed(caller, fullName);
        var newOwner = owner is null ? model.Owner : resolver.Owner(owner);
        if (newName is not null)
        {
            Rename(model, Names.Part(newName, "new_name"));
        }

        model.Owner = newOwner;
        model.Comment = comment ?? model.Comment;
        model.Updated = state.StampOf(caller);
        return model;
    }

    public void Delete(Caller caller, string fullName) => removal.Remove(Managed(caller, fullName));

    /// <summary>Makes the next version; it stays pending until it is finalized.</summary>
    public (RegisteredModel Model, ModelVersion Version) CreateVersion(Caller caller, string fullName, VersionRequest request, string nameField)
    {
        var model = resolver.EnterModel(caller, fullName, nameField);
        authorizer.Require(caller, Privileges.CreateModelVersion, model);
        var version = model.Add((number, location) => new ModelVersion(number, location, state.StampOf(caller))
        {
            Source = request.Source,
            RunId = request.RunId,
            RunTrackingServerId = request.RunTrackingServerId,
            Comment = request.Comment,
        });
        Copy(request.Tags, version.Tags);
        model.Updated = version.Created;
        return (model, version);
    }

    /// <summary>Closes a pending version: from here on its files can only be read.</summary>
    public (RegisteredModel Model, ModelVersion Version) FinalizeVersion(Caller caller, string fullName, int number)
    {
        var model = resolver.EnterModel(caller, fullName, "full_name");
        authorizer.Require(caller, Privileges.CreateModelVersion, model);
        var version = RequirePending(model, Version(model, number));
        version.Status = VersionStatus.Ready;
        version.Updated = state.StampOf(caller);
        return (model, version);
    }

    public VendedCredentials Vend(Caller caller, string fullName, int number, bool write)
    {
        var model = resolver.EnterModel(caller, fullName, "full_name");
        authorizer.Require(caller, write ? Privileges.CreateModelVersion : Privileges.Execute, model);
        var version = Version(model, number);
        return vendor.Issue(caller, write ? RequirePending(model, version).Location : version.Location, write);
    }

    public (RegisteredModel Model, ModelVersion Version) UpdateVersion(Caller caller, string fullName, int number, string? comment)
    {
        var model = Managed(caller, fullName);
        var version = Version(model, number);
        version.Comment = comment ?? version.Comment;
        version.Updated = state.StampOf(caller);
        return (model, version);
    }

    public void DeleteVersion(Caller caller, string fullName, int number)
    {
        var model = Managed(caller, fullName);
        removal.Remove(model, Version(model, number));
    }

    public RegisteredModel SetAlias(Caller caller, string fullName, string alias, int number)
    {
        var model = Managed(caller, fullName);
        if (!AliasShape().IsMatch(alias))
        {
            throw ApiError.Invalid("alias", $"is '{alias}'; an alias has letters, digits, '_' and '-', and is neither 'latest' nor like 'v1'.");
        }

        model.Aliases[alias] = Version(model, number).Version;
        return model;
    }

    public void DeleteAlias(Caller caller, string fullName, string alias)
    {
        var model = Managed(caller, fullName);
        if (!model.Aliases.Remove(alias))
        {
            throw NoAlias(model, alias);
        }
    }

    public (RegisteredModel Model, ModelVersion Version) ByAlias(Caller caller, string fullName, string alias)
    {
        var model = Read(caller, fullName);
        return model.Aliases.TryGetValue(alias, out var number) ? (model, model.Versions[number]) : throw NoAlias(model, alias);
    }

    /// <summary>Sets and removes tags of a model, or of one of its versions.</summary>
    public void ChangeTags(Caller caller, string fullName, int? number, IReadOnlyDictionary<string, string> set, IEnumerable<string> remove)
    {
        var model = resolver.EnterModel(caller, fullName, "full_name");
        authorizer.Require(caller, Privileges.ApplyTag, model);
        var tags = number is { } n ? Version(model, n).Tags : model.Tags;
        Copy(set, tags);
        foreach (var key in remove)
        {
            _ = tags.Remove(key);
        }
    }

    private bool MayRead(Caller caller, RegisteredModel model) =>
        authorizer.Holds(caller, Privileges.Execute, model) || authorizer.Manages(caller, model);

    private RegisteredModel Managed(Caller caller, string fullName)
    {
        var model = resolver.EnterModel(caller, fullName, "full_name");
        authorizer.RequireManages(caller, model);
        return model;
    }

    private void Rename(RegisteredModel model, string to)
    {
        var key = $"{model.Schema.FullName}.{to}";
        if (state.Models.ContainsKey(key))
        {
            throw ApiError.Exists(SecurableKind.Model, key);
        }

        var from = model.FullName;
        _ = state.Models.Remove(from);
        model.Rename(to);
        state.Models[key] = model;
        state.Lineage.RenameModel(from, key);
    }

    private static ModelVersion Version(RegisteredModel model, int number) => model.Versions.GetValueOrDefault(number)
        ?? throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", $"Model version '{model.FullName}' version {number} does not exist.");

    private static ModelVersion RequirePending(RegisteredModel model, ModelVersion version) => version.Status == VersionStatus.Pending
        ? version
        : throw new ApiError(400, "INVALID_PARAMETER_VALUE", $"Model version '{model.FullName}' version {version.Version} has been finalized.");

    private static ApiError NoAlias(RegisteredModel model, string alias) =>
        new(404, "RESOURCE_DOES_NOT_EXIST", $"Alias '{alias}' of model '{model.FullName}' does not exist.");

    private static void Copy(IReadOnlyDictionary<string, string> from, SortedDictionary<string, string> to)
    {
        foreach (var (key, value) in from)
        {
            to[key] = value;
        }
    }

    [GeneratedRegex(@"\A(?!latest\z)(?!v\d+\z)[A-Za-z0-9_-]{1,255}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AliasShape();
}
