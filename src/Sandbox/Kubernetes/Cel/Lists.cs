namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Functions on lists and maps.</summary>
internal static class Lists
{
    public static IEnumerable<Overload> All =>
    [
        new("size", false, [CelType.AnyList], CelType.Int, (a, _) => (long)((CelList)a[0]!).Count),
        new("size", true, [CelType.AnyList], CelType.Int, (a, _) => (long)((CelList)a[0]!).Count),
        new("size", false, [CelType.AnyMap], CelType.Int, (a, _) => (long)((CelMap)a[0]!).Count),
        new("size", true, [CelType.AnyMap], CelType.Int, (a, _) => (long)((CelMap)a[0]!).Count),
        new("_+_", false, [CelType.AnyList, CelType.AnyList], CelType.AnyList, (a, b) => Concatenate((CelList)a[0]!, (CelList)a[1]!, b)),
        new("isSorted", true, [CelType.AnyList], CelType.Bool, (a, b) => IsSorted((CelList)a[0]!, b)),
        new("sum", true, [CelType.AnyList], CelType.Dyn, (a, b) => Sum((CelList)a[0]!, b)),
        new("min", true, [CelType.AnyList], CelType.Dyn, (a, b) => Extreme((CelList)a[0]!, -1, b)),
        new("max", true, [CelType.AnyList], CelType.Dyn, (a, b) => Extreme((CelList)a[0]!, 1, b)),
        new("indexOf", true, [CelType.AnyList, CelType.Dyn], CelType.Int, (a, b) => IndexOf((CelList)a[0]!, a[1], b, last: false)),
        new("lastIndexOf", true, [CelType.AnyList, CelType.Dyn], CelType.Int, (a, b) => IndexOf((CelList)a[0]!, a[1], b, last: true)),
    ];

    /// <summary>On sets and keyed lists <c>+</c> is a union: items of the right replace their like, new ones are added.</summary>
    private static CelList Concatenate(CelList left, CelList right, Budget budget)
    {
        budget.Spend(left.Count + right.Count);
        if (left.Schema?.ListType is not ("set" or "map"))
        {
            return new CelList([.. left, .. right], null);
        }

        var merged = left.ToList();
        foreach (var item in right)
        {
            var key = Equality.KeyOf(item, left.Schema);
            var at = merged.FindIndex(m => Equality.Same(Equality.KeyOf(m, left.Schema), key, budget));
            if (at >= 0)
            {
                merged[at] = item;
            }
            else
            {
                merged.Add(item);
            }
        }

        return new CelList(merged, left.Schema);
    }

    private static bool IsSorted(CelList list, Budget budget)
    {
        budget.Spend(list.Count);
        return Enumerable.Range(1, Math.Max(0, list.Count - 1)).All(i => Order(list[i - 1], list[i]) <= 0);
    }

    private static object? Sum(CelList list, Budget budget)
    {
        budget.Spend(list.Count);
        try
        {
            return list.Count == 0
                ? 0L
                : list.Aggregate((sum, item) => (sum, item) switch
                {
                    (long a, long b) => checked(a + b),
                    (double a, double b) => a + b,
                    (TimeSpan a, TimeSpan b) => a + b,
                    _ => throw new CelRuntimeException("no such overload: sum"),
                });
        }
        catch (OverflowException)
        {
            throw new CelRuntimeException("integer overflow");
        }
    }

    private static object? Extreme(CelList list, int sign, Budget budget)
    {
        budget.Spend(list.Count);
        return list.Count == 0
            ? throw new CelRuntimeException($"{(sign < 0 ? "min" : "max")} called on empty list")
            : list.Aggregate((best, item) => Order(item, best) * sign > 0 ? item : best);
    }

    private static long IndexOf(CelList list, object? item, Budget budget, bool last)
    {
        var found = -1L;
        for (var i = 0; i < list.Count && (last || found < 0); i++)
        {
            if (Equality.Same(list[i], item, budget))
            {
                found = i;
            }
        }

        return found;
    }

    private static int Order(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (long or double or bool or TimeSpan or DateTimeOffset, _) when left.GetType() == right?.GetType() => Comparer<object>.Default.Compare(left, right),
        _ => throw new CelRuntimeException("no such overload: the items cannot be ordered"),
    };
}
