using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Storage;

namespace GovernedFinetune.Sandbox.Kubernetes.Http;

/// <summary>One page of a list.</summary>
/// <param name="Revision">Version of the whole list.</param>
/// <param name="Items">The page.</param>
/// <param name="Continue">Asks for the next page; null on the last one.</param>
/// <param name="Remaining">How many items follow; null when a selector makes that unknown.</param>
internal sealed record Page(long Revision, IReadOnlyList<StoredObject> Items, string? Continue, int? Remaining);

/// <summary>
/// Reads lists in pages. All pages of a list show the same moment: the store keeps the snapshot that the first page was
/// read from while its history reaches back so far, and after that its continue tokens have expired.
/// </summary>
internal sealed class Pages(ObjectStore store)
{
    /// <exception cref="StatusException">The token is malformed or has expired, or the asked version cannot be served.</exception>
    public Page Read(ResourceRequest request)
    {
        var query = request.Query;
        query.CheckListOptions();
        var filter = request.Filter();
        var (snapshot, after) = query.Continue.Length > 0
            ? Resume(request)
            : (Start(request), (ObjectKey?)null);
        var rest = snapshot.Items.Values.Where(o => (after is not { } last || o.Key.CompareTo(last) > 0) && filter(o));
        if (query.Limit <= 0)
        {
            return new Page(snapshot.Revision, [.. rest], null, null);
        }

        var items = rest.Take((int)Math.Min(query.Limit, int.MaxValue - 1) + 1).ToList();
        if (items.Count <= query.Limit)
        {
            return new Page(snapshot.Revision, items, null, null);
        }

        items.RemoveAt(items.Count - 1);
        store.Keep(request.Type.Collection, snapshot);
        var selective = query.LabelSelector.Length > 0 || query.FieldSelector.Length > 0;
        return new Page(snapshot.Revision, items, Token(snapshot.Revision, items[^1].Key), selective ? null : rest.Count() - items.Count);
    }

    private CollectionSnapshot Start(ResourceRequest request)
    {
        var query = request.Query;
        var snapshot = store.Snapshot(request.Type.Collection);
        if (query.Version is { } version && version > snapshot.Revision)
        {
            throw Refusals.Timeout(
                $"Too large resource version: {version}, current: {snapshot.Revision}",
                new StatusCause("ResourceVersionTooLarge", "Too large resource version", ""));
        }

        if (query.ResourceVersionMatch != "Exact" || query.Version == snapshot.Revision)
        {
            return snapshot;
        }

        return store.Recall(request.Type.Collection, query.Version ?? 0)
            ?? throw Refusals.Expired($"The resourceVersion for the provided list is too old: {query.ResourceVersion}.");
    }

    private (CollectionSnapshot Snapshot, ObjectKey? After) Resume(ResourceRequest request)
    {
        if (request.Query.ResourceVersion is not ("" or "0"))
        {
            throw Refusals.BadRequest("specifying resource version is not allowed when using continue");
        }

        var (revision, after) = ReadToken(request.Query.Continue);
        return store.Recall(request.Type.Collection, revision) is { } snapshot
            ? (snapshot, after)
            : throw Refusals.Expired("The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.");
    }

    private static string Token(long revision, ObjectKey after) => Convert.ToBase64String(new JsonObject
    {
        ["v"] = "sandbox/v1",
        ["rv"] = revision.ToString(CultureInfo.InvariantCulture),
        ["namespace"] = after.Namespace,
        ["name"] = after.Name,
    }.ToUtf8()).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static (long Revision, ObjectKey After) ReadToken(string token)
    {
        try
        {
            var base64 = token.Replace('-', '+').Replace('_', '/');
            var json = JsonReading.Parse(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '=')));
            if (json.Text("v") == "sandbox/v1" && long.TryParse(json.Text("rv"), NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
            {
                return (revision, new ObjectKey(json.Text("namespace") ?? "", json.Text("name") ?? ""));
            }
        }
        catch (FormatException)
        {
            // Refused below, together with tokens that decode to something else.
        }

        throw Refusals.BadRequest("continue key is not valid");
    }
}
