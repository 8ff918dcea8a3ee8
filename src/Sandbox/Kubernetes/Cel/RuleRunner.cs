using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Runs a schema's rules over an object and, on updates, over what it was before.</summary>
internal sealed class RuleRunner
{
    private readonly List<FieldError> _errors = [];
    private readonly Budget _budget = new(Budget.PerObject);
    private bool _stopped;

    private RuleRunner()
    {
    }

    /// <summary>The rules that an object breaks.</summary>
    public static IReadOnlyList<FieldError> Run(JsonObject value, JsonObject? old, JsonSchema root)
    {
        var runner = new RuleRunner();
        runner.Visit(value, old, root, FieldPath.Root, isResource: true);
        return runner._errors;
    }

    private void Visit(JsonNode? value, JsonNode? old, JsonSchema schema, FieldPath path, bool isResource)
    {
        if (value is null || _stopped)
        {
            return;
        }

        foreach (var rule in schema.CompiledRules)
        {
            Check(rule, value, old, schema, path, isResource || schema.EmbeddedResource);
        }

        switch (value)
        {
            case JsonObject members:
                foreach (var (name, child) in members)
                {
                    if (schema.Properties.TryGetValue(name, out var property))
                    {
                        Visit(child, (old as JsonObject)?[name], property, path.Child(name), isResource: false);
                    }
                    else if (schema.AdditionalProperties is { } values)
                    {
                        Visit(child, (old as JsonObject)?[name], values, path.Key(name), isResource: false);
                    }
                }

                break;
            case JsonArray items when schema.Items is { } item:
                var before = ListMaps.Index(old as JsonArray, schema);
                for (var i = 0; i < items.Count; i++)
                {
                    Visit(items[i], ListMaps.Find(before, items[i], schema), item, path.Item(i), isResource: false);
                }

                break;
        }
    }

    private void Check(CompiledRule rule, JsonNode value, JsonNode? old, JsonSchema schema, FieldPath path, bool isResource)
    {
        // What did not change is not judged again, except by rules that look at the change.
        if (_stopped || (rule.UsesOldSelf ? old is null : old is not null && JsonNodes.Same(value, old)))
        {
            return;
        }

        try
        {
            _budget.BeginRule();
            var variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["self"] = Values.Of(value, schema, isResource) };
            if (rule.UsesOldSelf)
            {
                variables["oldSelf"] = Values.Of(old, schema, isResource);
            }

            if (Interpreter.Run(rule.Rule, variables, _budget) is not true)
            {
                var field = rule.Field.Length > 0 ? path.Child(rule.Field) : path;
                _errors.Add(Error(rule, field.ToString(), value, Message(rule, variables)));
            }
        }
        catch (CelRuntimeException e)
        {
            // Only where a value's type is known no sooner than now can there be no overload.
            var what = e.Message.StartsWith("no such overload", StringComparison.Ordinal)
                ? $"'{e.Message}': call arguments did not match a supported operator, function or macro signature for rule: "
                : $"{e.Message} evaluating rule: ";
            _errors.Add(FieldError.Invalid(path.ToString(), schema.Type ?? "", what + (rule.Source.Message ?? rule.Source.Rule)));
        }
        catch (CelBudgetException e)
        {
            _stopped = true;
            _errors.Add(FieldError.Invalid(path.ToString(), schema.Type ?? "", _budget.IsSpent
                ? "validation failed due to running out of cost budget, no further validation rules will be run"
                : $"'{e.Message}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Source.Rule}"));
        }
    }

    private string Message(CompiledRule rule, Dictionary<string, object?> variables)
    {
        if (rule.Message is not null)
        {
            try
            {
                if (Interpreter.Run(rule.Message, variables, _budget) is string { Length: > 0 } text && !text.AsSpan().ContainsAny('\n', '\r'))
                {
                    return text;
                }
            }
            catch (CelRuntimeException)
            {
                // The fixed message below serves, as on the real server.
            }
        }

        return rule.Source.Message ?? $"failed rule: {rule.Source.Rule.Trim()}";
    }

    private static FieldError Error(CompiledRule rule, string field, JsonNode value, string message) => rule.Source.Reason switch
    {
        "FieldValueForbidden" => FieldError.Forbidden(field, message),
        "FieldValueRequired" => FieldError.Required(field, message),
        "FieldValueDuplicate" => FieldError.Duplicate(field, value is JsonValue ? value : null),
        _ => value is JsonValue ? FieldError.Invalid(field, value, message) : new FieldError("FieldValueInvalid", field, $"Invalid value: {message}"),
    };
}
