using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Catalog.Http;

namespace GovernedFinetune.Operator.Catalog.Privileges;

/// <summary>Privileges as the catalog spells them: with underscores in answers, with spaces in messages and on the open-source server.</summary>
internal static partial class PrivilegeText
{
    /// <summary>Upper case, with underscores.</summary>
    public static string Normalise(string privilege) => Blank().Replace(privilege.Trim(), "_").ToUpperInvariant();

    /// <summary>The privilege that a refusal names; null when it names none.</summary>
    public static string? Missing(CatalogError error) =>
        error.Metadata.GetValueOrDefault("msg") is { } named && Word().IsMatch(named) ? Normalise(named)
        : Sentence().Match(error.Message) is { Success: true } match ? Normalise(match.Groups["privilege"].Value)
        : null;

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blank();

    [GeneratedRegex("^[A-Z][A-Z_ ]+$", RegexOptions.None, 1000)]
    private static partial Regex Word();

    // "User does not have EXTERNAL USE SCHEMA on Schema 'icebase.telemetry'."
    [GeneratedRegex(@"\b(?:does not have|lacks|requires|missing)(?: the)?(?: privilege)? (?<privilege>[A-Z]{2,}(?:[_ ][A-Z]{2,})*)\b", RegexOptions.None, 1000)]
    private static partial Regex Sentence();
}
