using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>Compiles the rules of a schema.</summary>
internal static class RuleCompiler
{
    public static void CompileAll(JsonSchema schema, FieldPath path, ICollection<FieldError> errors)
    {
        for (var i = 0; i < schema.Rules.Count; i++)
        {
            errors.Add(FieldError.Forbidden(path.Child("x-kubernetes-validations").Item(i).ToString(), "the sandbox's API server does not implement CEL rules"));
        }

        foreach (var (name, child) in schema.Properties)
        {
            CompileAll(child, path.Child("properties").Key(name), errors);
        }

        if (schema.Items is { } items)
        {
            CompileAll(items, path.Child("items"), errors);
        }

        if (schema.AdditionalProperties is { } values)
        {
            CompileAll(values, path.Child("additionalProperties"), errors);
        }
    }
}
