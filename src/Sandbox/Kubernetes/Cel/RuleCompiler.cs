using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Compiles the rules of a schema; whatever cannot be compiled is an error of the definition.</summary>
internal sealed class RuleCompiler
{
    private const int MaximumMessage = 2048;
    private static readonly HashSet<string> Reasons = new(StringComparer.Ordinal)
    {
        "FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate",
    };

    private readonly ICollection<FieldError> _errors;

    private RuleCompiler(ICollection<FieldError> errors) => _errors = errors;

    /// <summary>Compiles every rule of a custom resource's root schema into <see cref="JsonSchema.CompiledRules"/>.</summary>
    public static void CompileAll(JsonSchema root, FieldPath path, ICollection<FieldError> errors) =>
        new RuleCompiler(errors).Visit(root, path, isResource: true, correlatable: true);

    private void Visit(JsonSchema schema, FieldPath path, bool isResource, bool correlatable)
    {
        var type = CelType.Of(schema, isResource || schema.EmbeddedResource);
        var compiled = new List<CompiledRule>();
        for (var i = 0; i < schema.Rules.Count; i++)
        {
            if (Compile(schema.Rules[i], schema, type, path.Child("x-kubernetes-validations").Item(i), correlatable) is { } rule)
            {
                compiled.Add(rule);
            }
        }

        schema.CompiledRules = compiled;
        foreach (var (name, child) in schema.Properties)
        {
            // An atomic map is replaced as a whole, but its members still have a before and an after.
            Visit(child, path.Child("properties").Key(name), isResource: false, correlatable);
        }

        if (schema.Items is { } items)
        {
            Visit(items, path.Child("items"), isResource: false, correlatable && schema.IsListMap);
        }

        if (schema.AdditionalProperties is { } values)
        {
            Visit(values, path.Child("additionalProperties"), isResource: false, correlatable);
        }
    }

    private CompiledRule? Compile(RuleSource source, JsonSchema schema, CelType type, FieldPath path, bool correlatable)
    {
        var before = _errors.Count;
        CheckShape(source, path);
        var variables = new Dictionary<string, CelType>(StringComparer.Ordinal) { ["self"] = type, ["oldSelf"] = type };
        var rule = CompileExpression(source.Rule, variables, CelKind.Bool, path.Child("rule"), out var usesOldSelf);
        var message = source.MessageExpression is null
            ? null
            : CompileExpression(source.MessageExpression, variables, CelKind.String, path.Child("messageExpression"), out _);
        if (usesOldSelf && !correlatable)
        {
            _errors.Add(FieldError.Invalid(path.Child("rule").ToString(), source.Rule, "oldSelf cannot be used on the uncorrelatable portion of the schema (items of a list that is not of type map)"));
        }

        var field = source.FieldPath is { } given ? Field(given, schema, path) : "";
        return _errors.Count == before ? new CompiledRule(source, rule!, message, usesOldSelf, field) : null;
    }

    private void CheckShape(RuleSource source, FieldPath path)
    {
        if (string.IsNullOrWhiteSpace(source.Rule))
        {
            _errors.Add(FieldError.Required(path.Child("rule").ToString(), "rule is not specified"));
        }

        if (source.Message is { } message)
        {
            if (string.IsNullOrWhiteSpace(message))
            {
                _errors.Add(FieldError.Invalid(path.Child("message").ToString(), message, "message must be non-empty if specified"));
            }
            else if (message.Length > MaximumMessage)
            {
                _errors.Add(FieldError.Invalid(path.Child("message").ToString(), message[..10] + "...", $"message must have a maximum length of {MaximumMessage} characters"));
            }
            else if (message.AsSpan().ContainsAny('\n', '\r'))
            {
                _errors.Add(FieldError.Invalid(path.Child("message").ToString(), message, "message must not contain line breaks"));
            }
        }
        else if (source.Rule.AsSpan().Trim().ContainsAny('\n', '\r') && source.MessageExpression is null)
        {
            _errors.Add(FieldError.Required(path.Child("message").ToString(), "message must be specified if rule contains line breaks"));
        }

        if (source.Reason is { } reason && !Reasons.Contains(reason))
        {
            _errors.Add(FieldError.NotSupported(path.Child("reason").ToString(), reason, Reasons.Order(StringComparer.Ordinal).Select(r => (System.Text.Json.Nodes.JsonNode?)r)));
        }

        if (source.OptionalOldSelf)
        {
            _errors.Add(FieldError.Forbidden(path.Child("optionalOldSelf").ToString(), "the sandbox's API server does not implement optionalOldSelf"));
        }
    }

    private Expression? CompileExpression(string text, Dictionary<string, CelType> variables, CelKind expected, FieldPath path, out bool usesOldSelf)
    {
        usesOldSelf = false;
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            var expression = Parser.Parse(text);
            var (type, used) = Checker.Check(expression, variables);
            usesOldSelf = used.Contains("oldSelf");
            if (type.Kind != expected && type.Kind != CelKind.Dyn)
            {
                _errors.Add(FieldError.Invalid(path.ToString(), text, expected == CelKind.Bool ? "must evaluate to a bool" : "messageExpression must evaluate to a string"));
            }

            ConstantPatterns(expression, path, text);
            return expression;
        }
        catch (CelCompileException e)
        {
            var (line, column) = Place(text, e.Position);
            _errors.Add(FieldError.Invalid(path.ToString(), text, $"compilation failed: ERROR: <input>:{line}:{column}: {e.Message}"));
            return null;
        }
    }

    /// <summary>A pattern that is written out is checked now rather than when the first object comes.</summary>
    private void ConstantPatterns(Expression expression, FieldPath path, string text)
    {
        foreach (var call in Walk(expression).OfType<Call>().Where(c => c.Function is "matches" or "find" or "findAll"))
        {
            if (call.Arguments[^1] is not Literal { Value: string pattern })
            {
                continue;
            }

            try
            {
                _ = Re2.Compile(pattern);
            }
            catch (FormatException e)
            {
                _errors.Add(FieldError.Invalid(path.ToString(), text, $"compilation failed: invalid {call.Function} argument: {e.Message}"));
            }
        }
    }

    /// <summary>The expression and everything in it.</summary>
    internal static IEnumerable<Expression> Walk(Expression expression)
    {
        IEnumerable<Expression> children = expression switch
        {
            Select select => [select.Operand],
            Call call => call.Arguments,
            Logical logical => [logical.Left, logical.Right],
            Conditional conditional => [conditional.Condition, conditional.Yes, conditional.No],
            ListLiteral list => list.Items,
            MapLiteral map => map.Entries.SelectMany(e => new[] { e.Key, e.Value }),
            Macro { Condition: { } condition } macro => [macro.Range, condition, macro.Body],
            Macro macro => [macro.Range, macro.Body],
            _ => [],
        };
        return children.SelectMany(Walk).Prepend(expression);
    }

    private string Field(string given, JsonSchema schema, FieldPath path)
    {
        var at = schema;
        foreach (var name in given.TrimStart('.').Split('.'))
        {
            if (!given.StartsWith('.') || at.Properties.GetValueOrDefault(name) is not { } next)
            {
                _errors.Add(FieldError.Invalid(path.Child("fieldPath").ToString(), given, "fieldPath must be a valid path (only .name steps are implemented by the sandbox's API server)"));
                return "";
            }

            at = next;
        }

        return given.TrimStart('.');
    }

    private static (int Line, int Column) Place(string text, int position)
    {
        var before = text.AsSpan(0, Math.Min(position, text.Length));
        return (before.Count('\n') + 1, position - before.LastIndexOf('\n'));
    }
}
