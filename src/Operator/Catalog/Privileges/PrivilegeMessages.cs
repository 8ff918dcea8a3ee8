namespace GovernedFinetune.Operator.Catalog.Privileges;

/// <summary>A page of effective permissions.</summary>
internal sealed record EffectivePermissionsMessage
{
    /// <summary>One entry a principal.</summary>
    public IReadOnlyList<EffectiveAssignmentMessage>? PrivilegeAssignments { get; init; }

    /// <summary>The next page; absent or empty at the end. A page may be empty and still have one.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>What one principal holds.</summary>
internal sealed record EffectiveAssignmentMessage
{
    /// <summary>The principal; empty when it was deleted.</summary>
    public string? Principal { get; init; }

    /// <summary>Its privileges.</summary>
    public IReadOnlyList<EffectivePrivilegeMessage>? Privileges { get; init; }
}

/// <summary>A privilege and where it comes from; the latter is absent when it was granted directly.</summary>
internal sealed record EffectivePrivilegeMessage(string? Privilege, string? InheritedFromType, string? InheritedFromName);

/// <summary>Direct grants.</summary>
/// <param name="PrivilegeAssignments">One entry a principal.</param>
internal sealed record DirectPermissionsMessage(IReadOnlyList<DirectAssignmentMessage>? PrivilegeAssignments);

/// <summary>What one principal was granted directly: texts here, where the effective form has objects.</summary>
internal sealed record DirectAssignmentMessage(string? Principal, IReadOnlyList<string>? Privileges);

/// <summary>The metastore.</summary>
internal sealed record MetastoreMessage
{
    /// <summary>UUID.</summary>
    public string? MetastoreId { get; init; }

    /// <summary>Absent means false.</summary>
    public bool ExternalAccessEnabled { get; init; }

    /// <summary>Its owner.</summary>
    public string? Owner { get; init; }
}

/// <summary>Any securable's record, of which only the owner is wanted.</summary>
internal sealed record OwnedMessage(string? Owner);
