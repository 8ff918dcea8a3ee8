namespace KubeOps.KubernetesClient.Selectors;

/// <summary>A condition on objects, written in the API server's selector syntax.</summary>
public abstract record KubernetesSelector
{
    public static implicit operator string(KubernetesSelector selector) => selector.ToExpression();

    protected abstract string ToExpression();
}

/// <summary>A condition on labels.</summary>
public abstract record LabelSelector : KubernetesSelector;

/// <summary>A condition on fields.</summary>
public abstract record FieldSelector : KubernetesSelector;

/// <summary>The label has one of the values.</summary>
public record EqualsLabelSelector(string Label, params string[] Values) : LabelSelector
{
    protected override string ToExpression() => $"{Label} in ({string.Join(',', Values)})";
}

/// <summary>The label has none of the values.</summary>
public record NotEqualsLabelSelector(string Label, params string[] Values) : LabelSelector
{
    protected override string ToExpression() => $"{Label} notin ({string.Join(',', Values)})";
}

/// <summary>The label is there.</summary>
public record ExistsLabelSelector(string Label) : LabelSelector
{
    protected override string ToExpression() => Label;
}

/// <summary>The label is not there.</summary>
public record NotExistsLabelSelector(string Label) : LabelSelector
{
    protected override string ToExpression() => $"!{Label}";
}

/// <summary>The field has the value.</summary>
public record EqualsFieldSelector(string Field, string Value) : FieldSelector
{
    protected override string ToExpression() => $"{Field}={Value}";
}

/// <summary>The field has another value.</summary>
public record NotEqualsFieldSelector(string Field, string Value) : FieldSelector
{
    protected override string ToExpression() => $"{Field}!={Value}";
}

/// <summary>Several conditions in one expression: all must hold.</summary>
public static class SelectorExtensions
{
    public static string ToExpression(this IEnumerable<LabelSelector> selectors) => Join(selectors);

    public static string ToExpression(this IEnumerable<FieldSelector> selectors) => Join(selectors);

    internal static (string Labels, string Fields) ToExpressions(this KubernetesSelector[] selectors) =>
        (selectors.OfType<LabelSelector>().ToExpression(), selectors.OfType<FieldSelector>().ToExpression());

    private static string Join(IEnumerable<KubernetesSelector> selectors) =>
        string.Join(',', selectors.Select(selector => (string)selector));
}
