using GovernedFinetune.Sandbox.Catalog.Http;

namespace GovernedFinetune.Sandbox.Catalog.Lineage;

/// <summary>The <c>update_mask</c> of a PATCH: which fields change. A field that is named and not sent is cleared.</summary>
internal sealed class UpdateMask
{
    private readonly IReadOnlySet<string> _fields;

    private UpdateMask(IReadOnlySet<string> fields) => _fields = fields;

    /// <summary>Reads the mask; <c>*</c> stands for every field of <paramref name="replaceable"/>.</summary>
    public static UpdateMask Read(Call call, IReadOnlyList<string> replaceable, IReadOnlyList<string> alone)
    {
        const string argument = "update_mask";
        var fields = call.RequiredQuery(argument).Split(',');
        if (fields is ["*"])
        {
            return new UpdateMask(replaceable.ToHashSet(StringComparer.Ordinal));
        }

        if (fields.FirstOrDefault(f => !replaceable.Contains(f) && !alone.Contains(f)) is { } wrong)
        {
            throw ApiError.Invalid(
                argument, $"holds '{wrong}'; expected a comma-separated list, without spaces, of {string.Join(", ", replaceable.Concat(alone))}.");
        }

        return fields.Length > 1 && fields.FirstOrDefault(alone.Contains) is { } single
            ? throw ApiError.Invalid(argument, $"holds '{single}', which cannot be changed together with other fields.")
            : new UpdateMask(fields.ToHashSet(StringComparer.Ordinal));
    }

    public bool Has(string field) => _fields.Contains(field);
}
