using System.Text.RegularExpressions;

namespace GovernedFinetune.Sandbox.Kubernetes.Objects;

/// <summary>The syntax of names, label keys and label values. Each check gives what is wrong, or null.</summary>
internal static partial class NameRules
{
    public static string? Subdomain(string name) => name.Length > 253
        ? "must be no more than 253 bytes"
        : SubdomainPattern().IsMatch(name)
            ? null
            : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    public static string? Label(string name) => name.Length > 63
        ? "must be no more than 63 bytes"
        : LabelPattern().IsMatch(name)
            ? null
            : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>Names within API groups: kinds, plurals, versions.</summary>
    public static string? Identifier(string name) => name.Length > 63
        ? "must be no more than 63 bytes"
        : IdentifierPattern().IsMatch(name)
            ? null
            : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>Names of RBAC objects: anything that fits in a path.</summary>
    public static string? PathSegment(string name) => name switch
    {
        "." or ".." => $"may not be '{name}'",
        _ when name.Contains('/', StringComparison.Ordinal) => "may not contain '/'",
        _ when name.Contains('%', StringComparison.Ordinal) => "may not contain '%'",
        _ => null,
    };

    /// <summary>Label keys, annotation keys and finalizers: <c>[prefix/]name</c>.</summary>
    public static string? Qualified(string key)
    {
        var parts = key.Split('/');
        if (parts.Length > 2)
        {
            return QualifiedHelp;
        }

        if (parts.Length == 2 && (parts[0].Length == 0 || Subdomain(parts[0]) is not null))
        {
            return parts[0].Length == 0 ? "prefix part must be non-empty" : $"prefix part {Subdomain(parts[0])}";
        }

        var name = parts[^1];
        return name.Length switch
        {
            0 => "name part must be non-empty",
            > 63 => "name part must be no more than 63 bytes",
            _ => ValuePattern().IsMatch(name) ? null : $"name part {QualifiedHelp}",
        };
    }

    public static string? LabelValue(string value) => value.Length > 63
        ? "must be no more than 63 bytes"
        : value.Length == 0 || ValuePattern().IsMatch(value)
            ? null
            : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string QualifiedHelp =
        "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"\A[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex IdentifierPattern();

    [GeneratedRegex(@"\A([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex ValuePattern();
}
