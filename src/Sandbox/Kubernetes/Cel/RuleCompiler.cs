using GovernedFinetune.Sandbox.Kubernetes.Cel.Cost;
using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Compiles the rules of a schema; whatever cannot be compiled is an error of the definition.</summary>
internal sealed class RuleCompiler
{
    private static readonly HashSet<string> Reasons = new(StringComparer.Ordinal)
    {
        "FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate",
    };

    private readonly ICollection<FieldError> _errors;
    private readonly CostLedger _ledger;

    private RuleCompiler(ICollection<FieldError> errors)
    {
        _errors = errors;
        _ledger = new CostLedger(errors);
    }

    /// <summary>Compiles every rule of a custom resource's root schema into <see cref="JsonSchema.CompiledRules"/>.</summary>
    /// <param name="root">The schema.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Takes what keeps a rule from being compiled, and what makes one too expensive.</param>
    /// <returns>What the rules are estimated to cost.</returns>
    public static CostLedger CompileAll(JsonSchema root, FieldPath path, ICollection<FieldError> errors)
    {
        var compiler = new RuleCompiler(errors);
        compiler.Visit(root, path, new Surroundings(IsResource: true, Uncorrelatable: null, Occurrences: 1));
        compiler._ledger.Close(path);
        return compiler._ledger;
    }

    private void Visit(JsonSchema schema, FieldPath path, Surroundings at)
    {
        var isResource = at.IsResource || schema.EmbeddedResource;
        if (schema.Rules.Count > 0)
        {
            var type = CelType.Of(schema, isResource);
            var size = new DeclaredSize(schema, isResource);
            schema.CompiledRules =
            [
                .. schema.Rules
                    .Select((rule, i) => Compile(rule, schema, type, size, path.Child("x-kubernetes-validations").Item(i), at))
                    .OfType<CompiledRule>(),
            ];
        }

        var members = at with { IsResource = false, Occurrences = at.Times(schema) };
        foreach (var (name, child) in schema.Properties)
        {
            // An atomic map is replaced as a whole, but its members still have a before and an after.
            Visit(child, path.Child("properties").Key(name), members);
        }

        if (schema.Items is { } items)
        {
            // Only the items of keyed lists have a before and an after.
            Visit(items, path.Child("items"), schema.IsListMap ? members : members.Within(path));
        }

        if (schema.AdditionalProperties is { } values)
        {
            Visit(values, path.Child("additionalProperties"), members);
        }
    }

    private CompiledRule? Compile(RuleSource source, JsonSchema schema, CelType type, DeclaredSize size, FieldPath path, Surroundings at)
    {
        var before = _errors.Count;
        CheckShape(source, path);
        if (_errors.Count > before)
        {
            return null;
        }

        if (!CelType.IsExposed(schema))
        {
            _errors.Add(FieldError.Invalid(path.ToString(), source.Rule, "rules need a schema with a type"));
            return null;
        }

        var variables = new Dictionary<string, CelType>(StringComparer.Ordinal) { ["self"] = type, ["oldSelf"] = type };
        var rule = CompileExpression(source.Rule, variables, CelKind.Bool, path.Child("rule"));
        var message = source.MessageExpression is null
            ? null
            : CompileExpression(source.MessageExpression, variables, CelKind.String, path.Child("messageExpression"));
        if (rule is not null)
        {
            _ledger.Enter(path.Child("rule"), "rule", Costs.Multiply(CostEstimator.Estimate(rule, size), at.Occurrences ?? InOneRequest(size)));
        }

        if (message is not null)
        {
            _ledger.Enter(path.Child("messageExpression"), "messageExpression", CostEstimator.Estimate(message, size));
        }

        var usesOldSelf = rule?.Used.Contains("oldSelf") == true;
        if (usesOldSelf && at.Uncorrelatable is { } outer)
        {
            _errors.Add(FieldError.Invalid(path.Child("rule").ToString(), source.Rule, $"oldSelf cannot be used on the uncorrelatable portion of the schema within {outer}"));
        }

        var field = source.FieldPath is { } given ? Field(given, schema, path) : "";
        return _errors.Count == before ? new CompiledRule(source, rule!.Expression, message?.Expression, usesOldSelf, field) : null;
    }

    /// <summary>How many values of the least size one request holds, with a comma between them.</summary>
    private static ulong InOneRequest(DeclaredSize size) => (ulong)(DeclaredSize.MaximumRequest / (size.LeastBytes + 1));

    private void CheckShape(RuleSource source, FieldPath path)
    {
        if (string.IsNullOrWhiteSpace(source.Rule))
        {
            _errors.Add(FieldError.Required(path.Child("rule").ToString(), "rule is not specified"));
        }
        else if (source.Message is { Length: > 0 } blank && string.IsNullOrWhiteSpace(blank))
        {
            _errors.Add(FieldError.Invalid(path.Child("message").ToString(), blank, "must be non-empty if specified"));
        }
        else if (HasLineBreak(source.Message))
        {
            _errors.Add(FieldError.Invalid(path.Child("message").ToString(), source.Message, "must not contain line breaks"));
        }
        else if (HasLineBreak(source.Rule) && string.IsNullOrWhiteSpace(source.Message))
        {
            _errors.Add(FieldError.Required(path.Child("message").ToString(), "message must be specified if rule contains line breaks"));
        }

        if (source.MessageExpression is { Length: > 0 } expression && string.IsNullOrWhiteSpace(expression))
        {
            _errors.Add(FieldError.Required(path.Child("messageExpression").ToString(), "messageExpression must be non-empty if specified"));
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

    private static bool HasLineBreak(string? text) => text.AsSpan().Trim().ContainsAny('\n', '\r');

    private CheckedExpression? CompileExpression(string text, Dictionary<string, CelType> variables, CelKind expected, FieldPath path)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            var expression = Parser.Parse(text);
            var result = Checker.Check(expression, variables);
            if (result.Type.Kind != expected)
            {
                _errors.Add(FieldError.Invalid(path.ToString(), text, expected == CelKind.Bool ? "cel expression must evaluate to a bool" : "messageExpression must evaluate to a string"));
                return null;
            }

            ConstantPatterns(expression, path, text);
            return result;
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

    /// <summary>What the schemas around a schema say of it.</summary>
    /// <param name="IsResource">Whether it is the root.</param>
    /// <param name="Uncorrelatable">The outermost schema whose parts have no before and after, if there is one.</param>
    /// <param name="Occurrences">How often its value may occur in one object; null when nothing bounds that.</param>
    private sealed record Surroundings(bool IsResource, FieldPath? Uncorrelatable, ulong? Occurrences)
    {
        public Surroundings Within(FieldPath path) => Uncorrelatable is null ? this with { Uncorrelatable = path } : this;

        /// <summary>How often each part of <paramref name="schema"/> may occur.</summary>
        public ulong? Times(JsonSchema schema) => schema switch
        {
            { Type: "array", MaxItems: var most } => Times(most),
            { Type: "object", AdditionalProperties: not null, MaxProperties: var most } => Times(most),
            _ => Occurrences,
        };

        private ulong? Times(long? most) => most is { } bound && Occurrences is { } outer ? Costs.Multiply(outer, (ulong)Math.Max(0, bound)) : null;
    }
}
