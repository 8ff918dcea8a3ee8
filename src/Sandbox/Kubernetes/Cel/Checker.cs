using System.Text;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Finds the type of an expression, so that a misspelt field or a wrong operand is refused with the definition.</summary>
internal sealed class Checker
{
    private readonly Dictionary<string, CelType> _variables;
    private readonly Dictionary<Expression, CelType> _types = new(ReferenceEqualityComparer.Instance);

    private Checker(Dictionary<string, CelType> variables) => _variables = variables;

    /// <summary>The variables that the expression uses.</summary>
    private HashSet<string> Used { get; } = new(StringComparer.Ordinal);

    /// <summary>The types of the expression and its parts, and which of the variables it uses.</summary>
    /// <exception cref="CelCompileException">The expression is not well-typed.</exception>
    public static CheckedExpression Check(Expression expression, IReadOnlyDictionary<string, CelType> variables)
    {
        var checker = new Checker(new(variables, StringComparer.Ordinal));
        _ = checker.TypeOf(expression);
        return new CheckedExpression(expression, checker.Used, checker._types);
    }

    /// <summary>A property's name, from the form in which expressions write it.</summary>
    public static string Unescape(string name)
    {
        if (!name.Contains("__", StringComparison.Ordinal))
        {
            return name;
        }

        var result = new StringBuilder();
        for (var i = 0; i < name.Length;)
        {
            var match = Array.Find(Escapes, e => string.CompareOrdinal(name, i, e.Written, 0, e.Written.Length) == 0);
            _ = match.Written is null ? result.Append(name[i++]) : result.Append(match.Meant);
            i += match.Written?.Length ?? 0;
        }

        var plain = result.ToString();
        return plain.StartsWith("__", StringComparison.Ordinal) && plain.EndsWith("__", StringComparison.Ordinal) && plain.Length > 4 ? plain[2..^2] : plain;
    }

    private static readonly (string Written, string Meant)[] Escapes =
        [("__underscores__", "__"), ("__dot__", "."), ("__dash__", "-"), ("__slash__", "/")];

    private CelType TypeOf(Expression expression) => _types[expression] = Find(expression);

    private CelType Find(Expression expression) => expression switch
    {
        Literal literal => OfLiteral(literal),
        Identifier identifier => OfIdentifier(identifier),
        Select select => OfSelect(select),
        Call call => OfCall(call),
        Logical logical => OfLogical(logical),
        Conditional conditional => OfConditional(conditional),
        ListLiteral list => CelType.ListOf(Join(list.Items.Select(TypeOf))),
        MapLiteral map => OfMap(map),
        Macro macro => OfMacro(macro),
        _ => throw new InvalidOperationException($"Unknown expression {expression.GetType().Name}."),
    };

    private static CelType OfLiteral(Literal literal) => literal.Value switch
    {
        null => CelType.Null,
        bool => CelType.Bool,
        long => CelType.Int,
        double => CelType.Double,
        _ => CelType.String,
    };

    private CelType OfIdentifier(Identifier identifier)
    {
        if (!_variables.TryGetValue(identifier.Name, out var type))
        {
            throw new CelCompileException(identifier.Position, $"undeclared reference to '{identifier.Name}' (in container '')");
        }

        _ = Used.Add(identifier.Name);
        return type;
    }

    private CelType OfSelect(Select select)
    {
        var operand = TypeOf(select.Operand);
        var found = operand.Kind switch
        {
            CelKind.Dyn => CelType.Dyn,
            CelKind.Map => operand.Element,
            CelKind.Object => Member(operand, Unescape(select.Field)),
            _ => throw new CelCompileException(select.Position, $"type '{operand}' does not support field selection"),
        };
        return found is null
            ? throw new CelCompileException(select.Position, $"undefined field '{select.Field}'")
            : select.Test ? CelType.Bool : found;
    }

    private static CelType? Member(CelType type, string name)
    {
        if (type.Schema!.Properties.TryGetValue(name, out var property) && !(type.IsResource && name == "metadata"))
        {
            return CelType.IsExposed(property) ? CelType.Of(property) : null;
        }

        return type.IsResource
            ? name switch
            {
                "apiVersion" or "kind" => CelType.String,
                "metadata" => CelType.Of(ResourceMetadata),
                _ => null,
            }
            : null;
    }

    /// <summary>What rules may read of <c>metadata</c>.</summary>
    internal static readonly Schema.JsonSchema ResourceMetadata = new()
    {
        Type = "object",
        Properties =
        {
            ["name"] = new Schema.JsonSchema { Type = "string" },
            ["generateName"] = new Schema.JsonSchema { Type = "string" },
        },
    };

    private CelType OfCall(Call call)
    {
        var arguments = call.Arguments.Select(TypeOf).ToList();
        var overloads = Library.Find(call.Function, call.IsMethod);
        if (overloads.Count == 0)
        {
            throw new CelCompileException(call.Position, $"undeclared reference to '{call.Function}' (in container ''): not a function that the sandbox's API server implements");
        }

        var fitting = overloads.Where(o => o.Accepts(arguments)).ToList();
        var comparable = call.Function is not ("_==_" or "_!=_") || arguments[0].Accepts(arguments[1]);
        if (fitting.Count == 0 || !comparable)
        {
            throw new CelCompileException(call.Position, $"found no matching overload for '{call.Function}' applied to '({string.Join(", ", arguments)})'");
        }

        return Special(call, arguments) ?? (fitting.TrueForAll(o => o.Result.Kind == fitting[0].Result.Kind) ? fitting[0].Result : CelType.Dyn);
    }

    /// <summary>Results that depend on the types of a list's items or a map's values.</summary>
    private static CelType? Special(Call call, List<CelType> arguments)
    {
        switch (call.Function)
        {
            case "_[_]" when arguments[0].Kind is CelKind.List or CelKind.Map:
                return arguments[0].Kind == CelKind.Map && !arguments[0].Key.Accepts(arguments[1])
                    ? throw new CelCompileException(call.Position, $"found no matching overload for '_[_]' applied to '({string.Join(", ", arguments)})'")
                    : arguments[0].Element;
            case "_[_]" when arguments[0].Kind == CelKind.Object:
                throw new CelCompileException(call.Position, $"found no matching overload for '_[_]' applied to '({string.Join(", ", arguments)})'");
            case "@in" when arguments[1].Kind == CelKind.List && !arguments[1].Element.Accepts(arguments[0]):
                throw new CelCompileException(call.Position, $"found no matching overload for '@in' applied to '({string.Join(", ", arguments)})'");
            case "min" or "max" or "sum" when call.IsMethod && arguments[0].Kind == CelKind.List:
                return arguments[0].Element;
            case "_+_" when arguments[0].Kind == CelKind.List:
                return arguments[0];
            default:
                return null;
        }
    }

    private CelType OfLogical(Logical logical)
    {
        foreach (var side in new[] { logical.Left, logical.Right })
        {
            var type = TypeOf(side);
            if (!CelType.Bool.Accepts(type))
            {
                throw new CelCompileException(side.Position, $"expected type 'bool' but found '{type}'");
            }
        }

        return CelType.Bool;
    }

    private CelType OfConditional(Conditional conditional)
    {
        var condition = TypeOf(conditional.Condition);
        var (yes, no) = (TypeOf(conditional.Yes), TypeOf(conditional.No));
        if (!CelType.Bool.Accepts(condition) || !yes.Accepts(no))
        {
            throw new CelCompileException(conditional.Position, $"found no matching overload for '_?_:_' applied to '({condition}, {yes}, {no})'");
        }

        return yes.Kind is CelKind.Dyn or CelKind.Null ? no : yes;
    }

    private CelType OfMap(MapLiteral map)
    {
        foreach (var (key, _) in map.Entries)
        {
            if (TypeOf(key) is { Kind: not (CelKind.String or CelKind.Int or CelKind.Bool or CelKind.Dyn) } wrong)
            {
                throw new CelCompileException(key.Position, $"unsupported key type: {wrong}");
            }
        }

        return CelType.MapOf(Join(map.Entries.Select(e => TypeOf(e.Key))), Join(map.Entries.Select(e => TypeOf(e.Value))));
    }

    private CelType OfMacro(Macro macro)
    {
        var range = TypeOf(macro.Range);
        var item = range.Kind switch
        {
            CelKind.List => range.Element,
            CelKind.Map => range.Key,
            CelKind.Dyn => CelType.Dyn,
            _ => throw new CelCompileException(macro.Position, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)"),
        };
        var hidden = _variables.GetValueOrDefault(macro.Variable);
        _variables[macro.Variable] = item;
        try
        {
            if (macro.Condition is { } condition)
            {
                CheckBool(condition);
            }

            switch (macro.Kind)
            {
                case MacroKind.Map:
                    return CelType.ListOf(TypeOf(macro.Body));
                case MacroKind.Filter:
                    CheckBool(macro.Body);
                    return CelType.ListOf(item, range.Kind == CelKind.List ? range.Schema : null);
                default:
                    CheckBool(macro.Body);
                    return CelType.Bool;
            }
        }
        finally
        {
            if (hidden is null)
            {
                _ = _variables.Remove(macro.Variable);
            }
            else
            {
                _variables[macro.Variable] = hidden;
            }
        }
    }

    private void CheckBool(Expression expression)
    {
        var type = TypeOf(expression);
        if (!CelType.Bool.Accepts(type))
        {
            throw new CelCompileException(expression.Position, $"expected type 'bool' but found '{type}'");
        }
    }

    /// <summary>One type for all items, or dyn.</summary>
    private static CelType Join(IEnumerable<CelType> types)
    {
        var distinct = types.ToList();
        return distinct.Count > 0 && distinct.TrueForAll(t => t.Kind == distinct[0].Kind) ? distinct[0] : CelType.Dyn;
    }
}
