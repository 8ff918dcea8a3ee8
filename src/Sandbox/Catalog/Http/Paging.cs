using System.Text;
using GovernedFinetune.Sandbox.Catalog.Securables;

namespace GovernedFinetune.Sandbox.Catalog.Http;

/// <summary>
/// Pages of a list. A token holds the last key that was sent, so objects that come or go between two calls neither
/// repeat nor hide others.
/// </summary>
internal sealed class Paging(CatalogSettings settings)
{
    /// <summary>Lists of the catalog itself: without <c>max_results</c> the answer is whole, 0 lets the service choose.</summary>
    public Dictionary<string, object> Legacy<T>(Call call, string collection, IEnumerable<T> items, Func<T, string> key, Func<T, object> shape)
    {
        var size = Size(call, "max_results");
        return size is null && call.Query("page_token") is null
            ? Answer(collection, [.. items.Select(shape)], null)
            : Page(call, collection, items, key, shape, size ?? 0);
    }

    /// <summary>Newer lists: always in pages.</summary>
    public Dictionary<string, object> Paged<T>(
        Call call, string collection, IEnumerable<T> items, Func<T, string> key, Func<T, object> shape, string sizeArgument = "page_size") =>
        Page(call, collection, items, key, shape, Size(call, sizeArgument) ?? 0);

    /// <summary>A page size from the query: null when absent; negative numbers are refused.</summary>
    public static int? Size(Call call, string argument) =>
        call.QueryNumber(argument) is { } size ? size >= 0 ? size : throw ApiError.Invalid(argument, $"is {size}; it must not be negative.") : null;

    private Dictionary<string, object> Page<T>(
        Call call, string collection, IEnumerable<T> items, Func<T, string> key, Func<T, object> shape, int size)
    {
        var take = size == 0 ? settings.PageSize : Math.Min(size, settings.PageSize);
        var token = call.Query("page_token");
        if (token is null && settings.LeadingEmptyPage)
        {
            return Answer(collection, [], Encode(""));
        }

        var after = token is null ? "" : Decode(token);
        var rest = items
            .Where(item => string.CompareOrdinal(key(item), after) > 0)
            .OrderBy(key, StringComparer.Ordinal)
            .Take(take + 1)
            .ToList();
        var next = rest.Count > take ? Encode(key(rest[take - 1])) : null;
        return Answer(collection, [.. rest.Take(take).Select(shape)], next);
    }

    private static Dictionary<string, object> Answer(string collection, IReadOnlyList<object> items, string? next)
    {
        var answer = new Dictionary<string, object>();
        if (items.Count > 0)
        {
            answer[collection] = items;
        }

        if (next is not null)
        {
            answer["next_page_token"] = next;
        }

        return answer;
    }

    private static string Encode(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes("after:" + key));

    private static string Decode(string token)
    {
        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length) is ['a', 'f', 't', 'e', 'r', ':', .. var key]
            ? key
            : throw ApiError.Invalid("page_token", "is not a token that this service gave out.");
    }
}
