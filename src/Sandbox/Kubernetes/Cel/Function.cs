namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>One signature of a function with its implementation.</summary>
/// <param name="Name">Name of the function or operator.</param>
/// <param name="IsMethod">Whether it is called on a target, which is its first parameter.</param>
/// <param name="Parameters">Types of the parameters.</param>
/// <param name="Result">Type of the result.</param>
/// <param name="Run">The implementation.</param>
internal sealed record Overload(string Name, bool IsMethod, CelType[] Parameters, CelType Result, Func<object?[], Budget, object?> Run)
{
    /// <summary>Whether values of these types may be passed.</summary>
    public bool Accepts(IReadOnlyList<CelType> arguments) =>
        Parameters.Length == arguments.Count && Parameters.Zip(arguments).All(pair => pair.First.Accepts(pair.Second));

    /// <summary>Whether these values may be passed.</summary>
    public bool Fits(object?[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i >= Parameters.Length || !Fits(Parameters[i].Kind, arguments[i]))
            {
                return false;
            }
        }

        return Parameters.Length == arguments.Length;
    }

    private static bool Fits(CelKind kind, object? value) => kind switch
    {
        CelKind.Dyn => true,
        CelKind.Null => value is null,
        CelKind.Bool => value is bool,
        CelKind.Int => value is long,
        CelKind.Double => value is double,
        CelKind.String => value is string,
        CelKind.Bytes => value is byte[],
        CelKind.Duration => value is TimeSpan,
        CelKind.Timestamp => value is DateTimeOffset,
        CelKind.List => value is CelList,
        _ => value is CelMap,
    };
}

/// <summary>All functions by name.</summary>
internal static class Library
{
    private static readonly Dictionary<(string Name, bool IsMethod), Overload[]> ByName = new[] { Operators.All, Texts.All, Lists.All, Times.All }
        .SelectMany(part => part)
        .GroupBy(o => (o.Name, o.IsMethod))
        .ToDictionary(g => g.Key, g => g.ToArray());

    /// <summary>The signatures of a function; empty when there is none of that name.</summary>
    public static IReadOnlyList<Overload> Find(string name, bool isMethod) => ByName.GetValueOrDefault((name, isMethod), []);
}
