using System.Globalization;
using System.Text.RegularExpressions;

namespace GovernedFinetune.Sandbox.Kubernetes.Discovery;

/// <summary>Orders API versions by priority: v2, v1, v1beta2, v1beta1, v1alpha1, then everything else by name.</summary>
internal sealed partial class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    /// <inheritdoc />
    public int Compare(string? x, string? y)
    {
        var (a, b) = (Rank(x!), Rank(y!));
        var order = a.CompareTo(b);
        return order != 0 ? order : string.CompareOrdinal(y, x);
    }

    private static (int Known, int Stability, int Major, int Minor) Rank(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success)
        {
            return default;
        }

        var stability = match.Groups["stage"].Value switch { "" => 3, "beta" => 2, _ => 1 };
        return (1, stability, Number(match.Groups["major"]), Number(match.Groups["minor"]));
    }

    private static int Number(Group group) =>
        int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"\Av(?<major>\d+)((?<stage>alpha|beta)(?<minor>\d+))?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
