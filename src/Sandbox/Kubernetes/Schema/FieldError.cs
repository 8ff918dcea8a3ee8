using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;

namespace GovernedFinetune.Sandbox.Kubernetes.Schema;

/// <summary>What is wrong with one field, worded as the real server words it.</summary>
/// <param name="Reason">The cause's reason, such as <c>FieldValueRequired</c>.</param>
/// <param name="Field">Path of the field, such as <c>spec.tables[0]</c>; empty for the whole object.</param>
/// <param name="Body">The message without the path.</param>
internal sealed record FieldError(string Reason, string Field, string Body)
{
    public static FieldError Required(string field, string detail = "") => Make("FieldValueRequired", "Required value", field, detail);

    public static FieldError Forbidden(string field, string detail) => Make("FieldValueForbidden", "Forbidden", field, detail);

    public static FieldError Invalid(string field, JsonNode? value, string detail) =>
        Make("FieldValueInvalid", $"Invalid value: {Show(value)}", field, detail);

    public static FieldError TypeInvalid(string field, JsonNode? value, string detail) =>
        Make("FieldValueTypeInvalid", $"Invalid value: {Show(value)}", field, detail);

    public static FieldError NotSupported(string field, JsonNode? value, IEnumerable<JsonNode?> allowed) =>
        Make("FieldValueNotSupported", $"Unsupported value: {Show(value)}", field, "supported values: " + string.Join(", ", allowed.Select(a => Quote(a.AsText() ?? a.ToText()))));

    public static FieldError Duplicate(string field, JsonNode? value) => Make("FieldValueDuplicate", $"Duplicate value: {Show(value)}", field, "");

    public static FieldError TooLong(string field, long maximum) =>
        Make("FieldValueTooLong", "Too long", field, $"may not be more than {maximum} bytes");

    public static FieldError TooMany(string field, long actual, long maximum) =>
        Make("FieldValueTooMany", $"Too many: {actual}", field, $"must have at most {maximum} items");

    /// <summary>The errors as the message of a <c>Status</c> lists them.</summary>
    public static string Summary(IReadOnlyList<FieldError> errors) =>
        errors.Count == 1 ? errors[0].ToString() : $"[{string.Join(", ", errors.Select(e => e.ToString()).Distinct())}]";

    /// <summary>Text in quotes, with the escapes of Go's <c>%q</c>.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <inheritdoc />
    public override string ToString() => $"{(Field.Length > 0 ? Field : "<nil>")}: {Body}";

    private static FieldError Make(string reason, string body, string field, string detail) =>
        new(reason, field, detail.Length > 0 ? $"{body}: {detail}" : body);

    private static string Show(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => Quote(value.GetValue<string>()),
        _ => value.ToText(),
    };
}
