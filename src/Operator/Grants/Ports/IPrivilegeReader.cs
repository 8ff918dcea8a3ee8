using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Grants.Ports;

/// <summary>A securable of Unity Catalog.</summary>
/// <param name="Type">Lower-case type: <c>catalog</c>, <c>schema</c>, <c>table</c>, <c>external_location</c>, <c>metastore</c>.</param>
/// <param name="Name">Full name; for the metastore its UUID.</param>
public sealed record Securable(string Type, string Name)
{
    /// <inheritdoc />
    public override string ToString() => $"{Type} {Name}";
}

/// <summary>A privilege that somebody holds on a securable.</summary>
/// <param name="Privilege">With underscores, upper case, such as <c>USE_SCHEMA</c>; <c>ALL_PRIVILEGES</c> is not expanded.</param>
/// <param name="Principal">Who was granted it: the principal itself or a group.</param>
/// <param name="InheritedFrom">The securable that it is inherited from; null when granted directly.</param>
public sealed record EffectivePrivilege(string Privilege, string Principal, Securable? InheritedFrom);

/// <summary>What a securable's own record says.</summary>
/// <param name="Owner">Its owner: ownership gives rights without a privilege row.</param>
public sealed record SecurableRecord(string Owner);

/// <summary>The outcome of asking for a credential without using it.</summary>
/// <param name="Vended">Whether the catalog gave one.</param>
/// <param name="MissingPrivilege">With underscores, when the refusal names one.</param>
/// <param name="Message">The refusal's own text; empty when it was given.</param>
public sealed record TrialVend(bool Vended, string? MissingPrivilege, string Message);

/// <summary>The metastore that the catalog serves.</summary>
/// <param name="Id">UUID.</param>
/// <param name="ExternalAccessEnabled">Whether credentials may be vended to engines outside at all.</param>
public sealed record Metastore(string Id, bool ExternalAccessEnabled);

/// <summary>
/// What Unity Catalog says of a principal's rights. Every failure is an <see cref="Failures.OperatorException"/>; not being
/// allowed to look is <see cref="Failures.Reasons.AccessDenied"/>.
/// </summary>
public interface IPrivilegeReader
{
    /// <summary>The application id (or user name) that the profile's credential belongs to.</summary>
    Task<string> WhoAmIAsync(CancellationToken cancellationToken);

    /// <summary>The metastore.</summary>
    Task<Metastore> GetMetastoreAsync(CancellationToken cancellationToken);

    /// <summary>Privileges that the principal holds on the securable, inherited ones too; null when the securable does
    /// not exist or cannot be seen.</summary>
    Task<IReadOnlyList<EffectivePrivilege>?> GetEffectiveAsync(Securable securable, string principal, CancellationToken cancellationToken);

    /// <summary>The securable's record; null when it does not exist or cannot be seen.</summary>
    Task<SecurableRecord?> GetRecordAsync(Securable securable, CancellationToken cancellationToken);

    /// <summary>Asks for read credentials of a table and throws them away.</summary>
    Task<TrialVend> TryVendTableAsync(string fullName, CancellationToken cancellationToken);

    /// <summary>Asks, as a dry run, for read-write credentials of a path.</summary>
    Task<TrialVend> TryVendPathAsync(S3Location path, CancellationToken cancellationToken);
}

/// <summary>Gives each profile its privilege reader.</summary>
public interface IPrivilegeReaderFactory
{
    /// <summary>The reader of a profile.</summary>
    IPrivilegeReader For(Profile profile);
}
