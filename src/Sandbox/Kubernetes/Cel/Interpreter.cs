namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Runs an expression.</summary>
internal sealed class Interpreter
{
    private readonly Dictionary<string, object?> _variables;
    private readonly Budget _budget;

    private Interpreter(Dictionary<string, object?> variables, Budget budget)
    {
        _variables = variables;
        _budget = budget;
    }

    /// <exception cref="CelRuntimeException">The expression failed.</exception>
    /// <exception cref="CelBudgetException">The expression cost too much.</exception>
    public static object? Run(Expression expression, IReadOnlyDictionary<string, object?> variables, Budget budget) =>
        new Interpreter(new(variables, StringComparer.Ordinal), budget).Evaluate(expression);

    private object? Evaluate(Expression expression)
    {
        switch (expression)
        {
            case Literal literal:
                return literal.Value;
            case Identifier identifier:
                _budget.Spend(1);
                return _variables[identifier.Name];
            case Select select:
                return Evaluate(select);
            case Call call:
                return Evaluate(call);
            case Logical logical:
                return Evaluate(logical);
            case Conditional conditional:
                return Evaluate(Bool(Evaluate(conditional.Condition)) ? conditional.Yes : conditional.No);
            case ListLiteral list:
                _budget.Spend(10);
                return new CelList([.. list.Items.Select(Evaluate)], null);
            case MapLiteral map:
                return Evaluate(map);
            case Macro macro:
                return Evaluate(macro);
            default:
                throw new InvalidOperationException($"Unknown expression {expression.GetType().Name}.");
        }
    }

    private object? Evaluate(Select select)
    {
        _budget.Spend(1);
        var operand = Evaluate(select.Operand) as CelMap
            ?? throw new CelRuntimeException($"no such overload: field selection '{select.Field}'");
        var name = operand is ResourceMap ? Checker.Unescape(select.Field) : select.Field;
        var found = operand.TryGet(name, out var value);
        return select.Test
            ? found
            : found ? value : throw new CelRuntimeException($"no such key: {select.Field}");
    }

    private object? Evaluate(Call call)
    {
        var arguments = call.Arguments.Select(Evaluate).ToArray();
        _budget.Spend(1);
        foreach (var overload in Library.Find(call.Function, call.IsMethod))
        {
            if (overload.Fits(arguments))
            {
                return overload.Run(arguments, _budget);
            }
        }

        throw new CelRuntimeException($"no such overload: {call.Function}({string.Join(", ", arguments.Select(Values.TypeName))})");
    }

    /// <summary>Either side decides alone when it can, even when the other side fails.</summary>
    private bool Evaluate(Logical logical)
    {
        _budget.Spend(1);
        bool left;
        try
        {
            left = Bool(Evaluate(logical.Left));
        }
        catch (CelRuntimeException)
        {
            if (Bool(Evaluate(logical.Right)) != logical.IsAnd)
            {
                return !logical.IsAnd;
            }

            throw;
        }

        return left != logical.IsAnd ? left : Bool(Evaluate(logical.Right));
    }

    private LiteralMap Evaluate(MapLiteral map)
    {
        _budget.Spend(30);
        var entries = new Dictionary<object, object?>();
        foreach (var (key, value) in map.Entries)
        {
            var at = Evaluate(key) ?? throw new CelRuntimeException("unsupported key type: null_type");
            if (!entries.TryAdd(at, Evaluate(value)))
            {
                throw new CelRuntimeException($"Failed with repeated key: {at}");
            }
        }

        return new LiteralMap(entries);
    }

    private object? Evaluate(Macro macro)
    {
        var source = Evaluate(macro.Range);
        var range = source switch
        {
            CelList list => (IEnumerable<object?>)list,
            CelMap map => map.Keys,
            _ => throw new CelRuntimeException("no such overload: the range is no list or map"),
        };
        var had = _variables.TryGetValue(macro.Variable, out var hidden);
        try
        {
            return macro.Kind switch
            {
                MacroKind.All => Quantify(macro, range, until: false),
                MacroKind.Exists => Quantify(macro, range, until: true),
                MacroKind.ExistsOne => range.Count(item => Holds(macro.Body, macro.Variable, item)) == 1,
                MacroKind.Filter => new CelList([.. range.Where(item => Holds(macro.Body, macro.Variable, item))], (source as CelList)?.Schema),
                _ => new CelList([.. Map(macro, range)], null),
            };
        }
        finally
        {
            _ = _variables.Remove(macro.Variable);
            if (had)
            {
                _variables[macro.Variable] = hidden;
            }
        }
    }

    /// <summary>Stops at the first item that decides; a failure counts only when no item decides.</summary>
    private bool Quantify(Macro macro, IEnumerable<object?> range, bool until)
    {
        CelRuntimeException? failure = null;
        foreach (var item in range)
        {
            try
            {
                if (Holds(macro.Body, macro.Variable, item) == until)
                {
                    return until;
                }
            }
            catch (CelRuntimeException e)
            {
                failure ??= e;
            }
        }

        return failure is null ? !until : throw failure;
    }

    private IEnumerable<object?> Map(Macro macro, IEnumerable<object?> range)
    {
        foreach (var item in range)
        {
            if (macro.Condition is null || Holds(macro.Condition, macro.Variable, item))
            {
                _variables[macro.Variable] = item;
                _budget.Spend(1);
                yield return Evaluate(macro.Body);
            }
        }
    }

    private bool Holds(Expression expression, string variable, object? item)
    {
        _variables[variable] = item;
        _budget.Spend(1);
        return Bool(Evaluate(expression));
    }

    private static bool Bool(object? value) =>
        value as bool? ?? throw new CelRuntimeException($"no such overload: expected bool, found {Values.TypeName(value)}");
}
