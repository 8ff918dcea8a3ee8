using GovernedFinetune.Operator.Grants.Ports;

namespace GovernedFinetune.Operator.Catalog.Privileges;

/// <summary>Reads who holds what on a securable.</summary>
internal interface IPermissionReader
{
    /// <summary>Rows of one principal, or of all when none is named; null when the securable does not exist or cannot be seen.</summary>
    Task<IReadOnlyList<EffectivePrivilege>?> ReadAsync(Securable securable, string? principal, CancellationToken cancellationToken);
}
