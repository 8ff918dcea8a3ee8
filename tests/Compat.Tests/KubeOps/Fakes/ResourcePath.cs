using System.Diagnostics.CodeAnalysis;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>A collection of objects in the API: core resources have the empty group, cluster-wide paths no namespace.</summary>
internal sealed record Collection(string Group, string Version, string? Namespace, string Plural)
{
    public bool Contains(StoredObject stored) =>
        Group == stored.Group && Plural == stored.Plural && (Namespace is null || Namespace == stored.Namespace);
}

/// <summary><c>/api/v1/...</c> and <c>/apis/{group}/{version}/...</c>, as far as the name and the subresource.</summary>
internal sealed record ResourcePath(Collection Collection, string? Name, string? Subresource)
{
    public static bool TryParse(string path, [NotNullWhen(true)] out ResourcePath? parsed)
    {
        parsed = null;
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, at) = segments switch
        {
            ["api", var core, ..] => ("", core, 2),
            ["apis", var named, var itsVersion, ..] => (named, itsVersion, 3),
            _ => ("", "", segments.Length),
        };
        string? ns = null;
        if (segments.Length > at + 2 && segments[at] == "namespaces")
        {
            (ns, at) = (segments[at + 1], at + 2);
        }

        if (segments.Length <= at)
        {
            return false;
        }

        parsed = new ResourcePath(
            new Collection(group, version, ns, segments[at]),
            segments.ElementAtOrDefault(at + 1),
            segments.ElementAtOrDefault(at + 2));
        return true;
    }
}
