namespace GovernedFinetune.Sandbox.Kubernetes.Cel.Cost;

/// <summary>What a function costs at most, beside its arguments, and how large its result may be.</summary>
internal static class FunctionCosts
{
    /// <summary>The cost, and the size of the result where the function decides it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="sizeOf">Sizes of expressions.</param>
    /// <param name="itemSizeOf">Sizes of the items of lists.</param>
    /// <param name="typeOf">Types of expressions.</param>
    public static (ulong Cost, Size? Result) Of(Call call, Func<Expression, Size> sizeOf, Func<Expression, Size> itemSizeOf, Func<Expression, CelType> typeOf)
    {
        var arguments = call.Arguments;
        Size At(int index) => sizeOf(arguments[index]);
        CelType Type(int index) => typeOf(arguments[index]);

        switch (call.Function)
        {
            case "_==_" or "_!=_":
                return (Shorter(At(0), At(1)), null);
            case "_<_" or "_<=_" or "_>_" or "_>=_" when IsText(Type(0), Type(1)):
                return (Shorter(At(0), At(1)), null);
            case "_<_" or "_<=_" or "_>_" or "_>=_" when IsDynamic(Type(0), Type(1)):
                return (Math.Max(1, Shorter(At(0), At(1))), null);
            case "_+_" when IsText(Type(0), Type(1)):
                return (At(0).Plus(At(1)).Walk(), At(0).Plus(At(1)));
            case "_+_" when IsDynamic(Type(0), Type(1)):
                return (Math.Max(1, At(0).Plus(At(1)).Walk()), At(0).Plus(At(1)));
            case "_+_" when Type(0).Kind == CelKind.List || Type(1).Kind == CelKind.List:
                return (1, At(0).Plus(At(1)));
            case "@in" when Type(1).Kind != CelKind.Map:
                return (Type(1).Kind == CelKind.Dyn ? Math.Max(1, At(1).Max) : At(1).Max, null);
            case "startsWith" or "endsWith":
                return (At(1).Walk(), null);
            case "contains":
                return (Costs.Multiply(At(0).Walk(), At(1).Walk()), null);
            case "matches" when call.IsMethod:
                return (Match(At(0), At(1)), null);
            case "find" or "findAll":
                return (Match(At(0), At(1)), new Size(0, At(0).Max));
            case "lowerAscii" or "upperAscii" or "substring" or "trim":
                return (At(0).Walk(), At(0));
            case "split":
                return (At(0).Walk(2 * Costs.Character), new Size(0, Parts(call, At(0))));
            case "replace":
                return (At(0).Walk(2 * Costs.Character), new Size(0, Replaced(At(0), At(1), At(2))));
            case "join":
                return Join(call, At(0), itemSizeOf(arguments[0]), sizeOf);
            case "indexOf" or "lastIndexOf" when Type(0).Kind == CelKind.String:
                return (At(0).Walk(), null);
            case "isSorted" or "sum" or "min" or "max" or "indexOf" or "lastIndexOf":
                return (Costs.Multiply(At(0).Max, Costs.Add(1, IsText(Type(0).Element) ? itemSizeOf(arguments[0]).Walk() : 0)), null);
            case "string" when Type(0).Kind == CelKind.Bytes:
                return (At(0).Walk(), new Size(At(0).Min / 4, At(0).Max));
            default:
                return (1, null);
        }
    }

    private static bool IsText(CelType? type) => type?.Kind is CelKind.String or CelKind.Bytes;

    private static bool IsText(CelType left, CelType right) =>
        (IsText(left) || IsText(right)) && (IsText(left) || left.Kind == CelKind.Dyn) && (IsText(right) || right.Kind == CelKind.Dyn);

    private static bool IsDynamic(CelType left, CelType right) => left.Kind == CelKind.Dyn && right.Kind == CelKind.Dyn;

    /// <summary>A comparison ends with the shorter of the two.</summary>
    private static ulong Shorter(Size left, Size right) => Costs.Scale(Math.Min(left.Max, right.Max), Costs.Character);

    /// <summary>One is added so that an expensive pattern costs something on an empty text as well.</summary>
    private static ulong Match(Size text, Size pattern) =>
        Costs.Multiply(text.Plus(Size.Exactly(1)).Walk(), pattern.Walk(Costs.PatternCharacter));

    private static ulong Parts(Call split, Size text) =>
        split.Arguments is [_, _, Literal { Value: long limit }] ? unchecked((ulong)limit) : text.Max;

    /// <summary>The longest result of a replacement: as many of the shortest finds as there may be, each by the longest text.</summary>
    private static ulong Replaced(Size text, Size old, Size with)
    {
        if (old.Min == 0)
        {
            return Costs.Add(Costs.Multiply(Costs.Add(text.Max, 1), with.Max), text.Max);
        }

        return with.Max <= old.Min ? text.Max : Costs.Multiply(Costs.Scale(text.Max, 1.0 / old.Min), with.Max);
    }

    private static (ulong Cost, Size? Result) Join(Call call, Size list, Size item, Func<Expression, Size> sizeOf)
    {
        var size = list.Times(item);
        if (call.Arguments.Count > 1)
        {
            size = size.Plus(sizeOf(call.Arguments[1]).Times(new Size(list.Min > 0 ? list.Min - 1 : 0, list.Max > 0 ? list.Max - 1 : 0)));
        }

        return (size.Walk(), size);
    }
}
