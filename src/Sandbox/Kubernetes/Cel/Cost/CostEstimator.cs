namespace GovernedFinetune.Sandbox.Kubernetes.Cel.Cost;

/// <summary>
/// Estimates what an expression costs on the largest value that its schema admits, as the real server does before it
/// accepts a definition (k8s.io/apiserver's CEL library over cel-go's checker). The unit is about one step.
/// </summary>
internal sealed class CostEstimator
{
    /// <summary>The place of values whose schema cannot be told, although they have a path.</summary>
    private static readonly DeclaredSize Nowhere = new(new Schema.JsonSchema(), isResource: false);

    private readonly CheckedExpression _checked;
    private readonly DeclaredSize _root;
    private readonly Dictionary<Expression, DeclaredSize> _places = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expression, Size> _sizes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expression, Entry> _entries = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Local> _locals = new(StringComparer.Ordinal);

    private CostEstimator(CheckedExpression expression, DeclaredSize root)
    {
        _checked = expression;
        _root = root;
    }

    /// <summary>The most that one run costs.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="root">The sizes of <c>self</c> and <c>oldSelf</c>.</param>
    public static ulong Estimate(CheckedExpression expression, DeclaredSize root) =>
        new CostEstimator(expression, root).Cost(expression.Expression);

    private ulong Cost(Expression expression)
    {
        switch (expression)
        {
            case Literal:
                return 0;
            case Identifier identifier:
                _places[identifier] = _locals.TryGetValue(identifier.Name, out var local) ? local.Place : _root;
                return 1;
            case Select select:
                return OfSelect(select);
            case Call call:
                return OfCall(call);
            case Logical logical:
                return Costs.Add(Cost(logical.Left), Cost(logical.Right));
            case Conditional conditional:
                return OfConditional(conditional);
            case ListLiteral list:
                return OfList(list);
            case MapLiteral map:
                return OfMap(map);
            case Macro macro:
                return OfMacro(macro);
            default:
                throw new InvalidOperationException($"Unknown expression {expression.GetType().Name}.");
        }
    }

    private ulong OfSelect(Select select)
    {
        var operand = Cost(select.Operand);
        if (select.Test)
        {
            return operand;
        }

        _places[select] = Step(select.Operand, place => place.Member(Checker.Unescape(select.Field)));
        return _checked.TypeOf(select.Operand).Kind is CelKind.Map or CelKind.Object ? Costs.Add(operand, 1) : operand;
    }

    private ulong OfCall(Call call)
    {
        var arguments = call.Arguments.Aggregate(0UL, (sum, argument) => Costs.Add(sum, Cost(argument)));
        if (call.Function == "dyn")
        {
            CopySizes(call.Arguments[0], call);
            return Costs.Add(arguments, 1);
        }

        var (cost, result) = FunctionCosts.Of(call, SizeOf, ItemSizeOf, _checked.TypeOf);
        switch (call.Function)
        {
            case "_[_]":
                _places[call] = Step(call.Arguments[0], place => place.Element);
                result = EntryOf(call.Arguments[0])?.Value;
                break;
            case "_+_" when EntryOf(call.Arguments[0])?.Or(EntryOf(call.Arguments[1])) is { } joined:
                _entries[call] = joined;
                break;
        }

        if ((result ?? KnownSize(call)) is { } size)
        {
            _sizes[call] = size;
        }

        return Costs.Add(arguments, cost);
    }

    private ulong OfConditional(Conditional conditional)
    {
        var condition = Cost(conditional.Condition);
        var either = Math.Max(Cost(conditional.Yes), Cost(conditional.No));
        _sizes[conditional] = SizeOf(conditional.Yes).Or(SizeOf(conditional.No));
        if (EntryOf(conditional.Yes)?.Or(EntryOf(conditional.No)) is { } entry)
        {
            _entries[conditional] = entry;
        }

        return Costs.Add(condition, either);
    }

    private ulong OfList(ListLiteral list)
    {
        var sum = list.Items.Aggregate(Costs.NewList, (cost, item) => Costs.Add(cost, Cost(item)));
        _entries[list] = new Entry(IsMap: false, Size.Exactly(1), Union(list.Items));
        return sum;
    }

    private ulong OfMap(MapLiteral map)
    {
        var sum = map.Entries.Aggregate(Costs.NewMap, (cost, entry) => Costs.Add(cost, Costs.Add(Cost(entry.Key), Cost(entry.Value))));
        _entries[map] = new Entry(IsMap: true, Union(map.Entries.Select(e => e.Key)), Union(map.Entries.Select(e => e.Value)));
        return sum;
    }

    /// <summary>A macro costs its range, and for every item its body and the bookkeeping of the loop that it stands for.</summary>
    private ulong OfMacro(Macro macro)
    {
        var range = Cost(macro.Range);
        var hidden = _locals.GetValueOrDefault(macro.Variable);
        _locals[macro.Variable] = Variable(macro);
        var condition = macro.Condition is null ? 0 : Cost(macro.Condition);
        var body = Cost(macro.Body);
        var made = macro.Kind switch
        {
            MacroKind.Map => SizeOf(macro.Body),
            MacroKind.Filter => SizeOf(_locals[macro.Variable], ItemType(macro)),
            _ => default,
        };
        _ = _locals.Remove(macro.Variable);
        if (hidden is not null)
        {
            _locals[macro.Variable] = hidden;
        }

        var count = SizeOf(macro.Range);
        if (macro.Kind is MacroKind.Map or MacroKind.Filter)
        {
            _sizes[macro] = count;
            _entries[macro] = new Entry(IsMap: false, Size.Exactly(1), made with { Min = 0 });
        }
        else
        {
            _sizes[macro] = Size.Exactly(1);
        }

        var (once, each) = Loop(macro.Kind);
        var turn = Costs.Add(Costs.Add(condition, body), each);
        return Costs.Add(Costs.Add(range, once), Costs.Multiply(count.Max, turn));
    }

    /// <summary>What the loop costs beside range, condition and body: once, and for each item.</summary>
    private static (ulong Once, ulong Each) Loop(MacroKind kind) => kind switch
    {
        // The result is read; in each turn it is tested (negated for exists) and combined with the body.
        MacroKind.All => (1, 3),
        MacroKind.Exists => (1, 4),
        // The count is compared with one; in each turn it is read and raised.
        MacroKind.ExistsOne => (2, 2),
        // A list is made and read; in each turn a list of one is made and appended, for filter with the item read.
        MacroKind.Map => (Costs.NewList + 1, Costs.NewList + 2),
        _ => (Costs.NewList + 1, Costs.NewList + 3),
    };

    private Local Variable(Macro macro)
    {
        var entry = EntryOf(macro.Range);
        return entry?.IsMap ?? _checked.TypeOf(macro.Range).Kind != CelKind.List
            ? new Local(Step(macro.Range, place => place.Keys), entry?.Key)
            : new Local(Step(macro.Range, place => place.Element), entry?.Value);
    }

    private CelType ItemType(Macro macro) => _checked.TypeOf(macro.Range) switch
    {
        { Kind: CelKind.List } list => list.Element,
        { Kind: CelKind.Map } map => map.Key,
        _ => CelType.Dyn,
    };

    /// <summary>The place one step below an expression. What has no place is looked up at the root, as upstream does.</summary>
    private DeclaredSize Step(Expression from, Func<DeclaredSize, DeclaredSize?> step) =>
        _places.TryGetValue(from, out var place) ? step(place) ?? Nowhere : _root;

    private Size SizeOf(Expression expression) => KnownSize(expression) ?? Size.Unknown;

    private static Size SizeOf(Local variable, CelType type) => Declared(variable.Place) ?? OfType(type) ?? variable.Size ?? Size.Unknown;

    /// <summary>The size of a list's items as far as its schema tells.</summary>
    private Size ItemSizeOf(Expression list) =>
        _places.GetValueOrDefault(list)?.Element is { } item ? new Size(0, item.MaxElements) : Size.Unknown;

    private Size? KnownSize(Expression expression)
    {
        if (_sizes.TryGetValue(expression, out var known))
        {
            return known;
        }

        switch (expression)
        {
            case Literal { Value: string text }:
                return Size.Exactly((ulong)text.EnumerateRunes().Count());
            case Literal:
                return Size.Exactly(1);
            case ListLiteral list:
                return Size.Exactly((ulong)list.Items.Count);
            case MapLiteral map:
                return Size.Exactly((ulong)map.Entries.Count);
        }

        if (_places.TryGetValue(expression, out var place) && Declared(place) is { } declared)
        {
            return declared;
        }

        return OfType(_checked.TypeOf(expression))
            ?? (expression is Identifier identifier ? _locals.GetValueOrDefault(identifier.Name)?.Size : null);
    }

    private static Size? OfType(CelType type) =>
        type.Kind is CelKind.Bool or CelKind.Int or CelKind.Double or CelKind.Duration or CelKind.Timestamp ? Size.Exactly(1) : null;

    private static Size? Declared(DeclaredSize place) => ReferenceEquals(place, Nowhere) ? null : new Size(0, place.MaxElements);

    private Entry? EntryOf(Expression expression) => _entries.GetValueOrDefault(expression);

    private Size Union(IEnumerable<Expression> items) =>
        items.Select(SizeOf).Aggregate((Size?)null, (all, size) => all?.Or(size) ?? size) ?? Size.Exactly(0);

    private void CopySizes(Expression from, Expression to)
    {
        if (KnownSize(from) is { } size)
        {
            _sizes[to] = size;
        }

        if (EntryOf(from) is { } entry)
        {
            _entries[to] = entry;
        }
    }

    /// <summary>Sizes of the keys and values of a list or map that an expression makes.</summary>
    private sealed record Entry(bool IsMap, Size Key, Size Value)
    {
        public Entry? Or(Entry? other) => other is null ? null : new(IsMap, Key.Or(other.Key), Value.Or(other.Value));
    }

    /// <summary>The variable of a macro.</summary>
    private sealed record Local(DeclaredSize Place, Size? Size);
}
