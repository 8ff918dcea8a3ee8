using System.Collections.Immutable;
using Rows = System.Collections.Immutable.ImmutableSortedDictionary<string, System.Collections.Immutable.ImmutableSortedSet<string>>;

namespace GovernedFinetune.Sandbox.Catalog.Permissions;

/// <summary>The grants made on one securable: principal to privileges. A change may take a while to be seen, as on the real service.</summary>
internal sealed class GrantTable
{
    private static readonly ImmutableSortedSet<string> None = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    private readonly List<(DateTimeOffset VisibleFrom, Rows Rows)> _versions =
        [(DateTimeOffset.MinValue, ImmutableSortedDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.OrdinalIgnoreCase))];

    /// <summary>The grants with every change, seen or not.</summary>
    public Rows Latest => _versions[^1].Rows;

    /// <summary>The grants as the service sees them at this moment.</summary>
    public Rows SeenAt(DateTimeOffset now)
    {
        var current = _versions.FindLastIndex(v => v.VisibleFrom <= now);
        _versions.RemoveRange(0, current);
        return _versions[0].Rows;
    }

    public void Change(string principal, IEnumerable<string> add, IEnumerable<string> remove, DateTimeOffset visibleFrom)
    {
        var privileges = Latest.GetValueOrDefault(principal, None).Union(add).Except(remove);
        _versions.Add((visibleFrom, privileges.IsEmpty ? Latest.Remove(principal) : Latest.SetItem(principal, privileges)));
    }
}
