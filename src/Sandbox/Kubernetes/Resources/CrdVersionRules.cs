using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Schema;
using GovernedFinetune.Sandbox.Kubernetes.Tables;

namespace GovernedFinetune.Sandbox.Kubernetes.Resources;

/// <summary>What each version of a CustomResourceDefinition must keep to: schema, columns, selectable fields, subresources.</summary>
internal sealed class CrdVersionRules
{
    private const int MostSelectable = 8;
    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] ColumnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    private readonly IReadOnlyList<JsonObject> _versions;

    private CrdVersionRules(IReadOnlyList<JsonObject> versions) => _versions = versions;

    /// <summary>What is wrong with the versions of a definition.</summary>
    public static IEnumerable<FieldError> Validate(IReadOnlyList<JsonObject> versions)
    {
        var rules = new CrdVersionRules(versions);
        return
        [
            .. versions.SelectMany((version, i) => Name(version, FieldPath.Of("spec.versions").Item(i))),
            .. rules.Each("subresources", "subresources", Subresources),
            .. rules.Each("schema", "validation", Schema),
            .. rules.Each("additionalPrinterColumns", "additionalPrinterColumns", Columns),
            .. rules.Each("selectableFields", "selectableFields", Selectable),
        ];
    }

    /// <summary>
    /// Judges one part of every version. A part that all versions share is judged once and named as if it stood in the
    /// specification itself, because that is where the real server moves it before it looks.
    /// </summary>
    private IEnumerable<FieldError> Each(string part, string shared, Func<JsonObject, FieldPath, IEnumerable<FieldError>> judge) =>
        _versions.Count > 0 && _versions.All(v => JsonNodes.Same(v[part], _versions[0][part]))
            ? judge(_versions[0], FieldPath.Of("spec").Child(shared))
            : _versions.SelectMany((version, i) => judge(version, FieldPath.Of("spec.versions").Item(i).Child(part)));

    private static IEnumerable<FieldError> Name(JsonObject version, FieldPath path)
    {
        var name = version.Text("name") ?? "";
        if (NameRules.Identifier(name) is { } wrong)
        {
            yield return FieldError.Invalid(path.Child("name").ToString(), name, wrong);
        }

        if (version.Text("deprecationWarning") is not { } warning)
        {
            yield break;
        }

        var field = path.Child("deprecationWarning").ToString();
        if (!version.Flag("deprecated"))
        {
            yield return FieldError.Invalid(field, warning, "can only be set for deprecated versions");
        }

        if (warning.Length is 0 or > 256 || warning.Any(char.IsControl))
        {
            yield return FieldError.Invalid(field, warning, "must be 1 to 256 printable characters long");
        }
    }

    private static IEnumerable<FieldError> Subresources(JsonObject version, FieldPath path)
    {
        if (version.Object("subresources").Object("scale") is not null)
        {
            yield return FieldError.Forbidden(path.Child("scale").ToString(), "the sandbox's API server does not implement the scale subresource");
        }
    }

    private static List<FieldError> Schema(JsonObject version, FieldPath path)
    {
        var field = path.Child("openAPIV3Schema");
        if (version.Object("schema").Object("openAPIV3Schema") is not { } source)
        {
            return [FieldError.Required(field.ToString(), "schemas are required")];
        }

        var reader = new SchemaReader();
        var schema = reader.Read(source, field);
        List<FieldError> errors =
        [
            .. reader.Errors,
            .. StructuralRules.Check(source, schema, field),
            .. version.Object("subresources").Object("status") is null ? [] : StructuralRules.CheckRootWithStatus(source, field),
        ];
        if (errors.Count == 0)
        {
            _ = Cel.RuleCompiler.CompileAll(schema, field, errors);
        }

        return errors;
    }

    private static IEnumerable<FieldError> Columns(JsonObject version, FieldPath path)
    {
        var columns = version.Array("additionalPrinterColumns") ?? [];
        for (var i = 0; i < columns.Count; i++)
        {
            var field = path.Item(i);
            if (columns[i].Text("name") is not { Length: > 0 })
            {
                yield return FieldError.Required(field.Child("name").ToString());
            }

            if (!ColumnTypes.Contains(columns[i].Text("type")))
            {
                yield return FieldError.Invalid(field.Child("type").ToString(), columns[i]!["type"], $"must be one of {string.Join(',', ColumnTypes)}");
            }

            if (columns[i].Text("format") is { Length: > 0 } format && !ColumnFormats.Contains(format))
            {
                yield return FieldError.Invalid(field.Child("format").ToString(), format, $"must be one of {string.Join(',', ColumnFormats)}");
            }

            if (columns[i].Text("jsonPath") is not { Length: > 0 } jsonPath)
            {
                yield return FieldError.Required(field.Child("JSONPath").ToString());
            }
            else if (PathError(jsonPath) is { } wrong)
            {
                yield return FieldError.Invalid(field.Child("JSONPath").ToString(), jsonPath, wrong);
            }
        }
    }

    private static IEnumerable<FieldError> Selectable(JsonObject version, FieldPath path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var fields = version.Array("selectableFields") ?? [];
        for (var i = 0; i < fields.Count; i++)
        {
            var field = path.Item(i).Child("jsonPath").ToString();
            var jsonPath = fields[i].Text("jsonPath") ?? "";
            if (jsonPath.Length == 0)
            {
                yield return FieldError.Required(field);
            }
            else if (SelectableError(version, jsonPath) is { } wrong)
            {
                yield return FieldError.Invalid(field, jsonPath, wrong);
            }
            else if (!seen.Add(jsonPath))
            {
                yield return FieldError.Duplicate(field, jsonPath);
            }
        }

        if (seen.Count > MostSelectable)
        {
            yield return FieldError.TooMany(path.ToString(), seen.Count, MostSelectable);
        }
    }

    private static string? SelectableError(JsonObject version, string jsonPath)
    {
        if (PathError(jsonPath) is { } wrong)
        {
            return $"is an invalid path: {wrong}";
        }

        JsonNode? at = version.Object("schema").Object("openAPIV3Schema");
        foreach (var member in jsonPath[1..].Split('.'))
        {
            at = at.Object("properties").Object(member);
        }

        return at is null
            ? "is an invalid path: does not refer to a valid field"
            : jsonPath.StartsWith(".metadata", StringComparison.Ordinal)
                ? "must not point to fields in metadata"
                : at.Text("type") is "string" or "boolean" or "integer"
                    ? null
                    : "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
    }

    private static string? PathError(string jsonPath)
    {
        if (!jsonPath.StartsWith('.'))
        {
            return "must be a simple json path starting with .";
        }

        try
        {
            _ = JsonPath.Parse(jsonPath);
            return null;
        }
        catch (FormatException e)
        {
            return $"must be a simple json path starting with .: {e.Message}";
        }
    }
}
