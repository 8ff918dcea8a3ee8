using System.Text;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>What one run cost: Kubernetes writes and cloud calls of the operator, beside the floor of the design (section 10).</summary>
internal sealed class Spending
{
    private const int CloudFloor = 13;
    private const int WriteFloor = 6;

    private readonly Dictionary<string, int> _kubernetes = [];
    private readonly Dictionary<string, int> _cloud = [];
    private readonly Dictionary<string, int> _done = [];

    public int KubernetesWrites => _kubernetes.Where(o => o.Key.Contains("finetuneruns", StringComparison.Ordinal)).Sum(o => o.Value);

    public int Events => _kubernetes.Where(o => o.Key.Contains("events", StringComparison.Ordinal)).Sum(o => o.Value);

    public static Spending Of(IEnumerable<LoggedRequest> requests, string run)
    {
        var spending = new Spending();
        foreach (var request in requests)
        {
            var (service, operation, principal) = (request.Service, request.Operation, request.Principal);
            if (request.Status < 300)
            {
                Add(spending._done, operation);
            }

            if (service == "kubernetes" && operation.Split(' ')[0] is "create" or "update" or "patch" or "delete")
            {
                var isRun = operation.Contains("finetuneruns", StringComparison.Ordinal) && request.Resource.EndsWith("/" + run, StringComparison.Ordinal);
                if ((isRun && !operation.StartsWith("create", StringComparison.Ordinal)) || operation.EndsWith(" events", StringComparison.Ordinal))
                {
                    Add(spending._kubernetes, operation);
                }
            }
            else if (service == "catalog" && !principal.Equals("admin", StringComparison.Ordinal))
            {
                Add(spending._cloud, operation);
            }
            else if (service == "aws" && principal.Contains(":user/", StringComparison.Ordinal))
            {
                Add(spending._cloud, operation);
            }
        }

        return spending;
    }

    /// <summary>How often an operation was asked for.</summary>
    public int Count(string operation) => _kubernetes.GetValueOrDefault(operation) + _cloud.GetValueOrDefault(operation);

    /// <summary>How often it was done.</summary>
    public int Done(string operation) => _done.GetValueOrDefault(operation);

    public override string ToString()
    {
        // S3 and the catalog calls of the two jobs have no quota that matters; the floor counts control-plane calls only.
        var control = _cloud.Where(o => !o.Key.StartsWith("s3:", StringComparison.Ordinal)).Sum(o => o.Value);
        var text = new StringBuilder()
            .AppendLine($"Kubernetes writes to the run: {KubernetesWrites} (floor {WriteFloor}), events: {Events}")
            .AppendLine($"Cloud calls without S3, of the operator and its two jobs: {control} (floor {CloudFloor}); S3 by the operator's own role: {_cloud.Values.Sum() - control}");
        foreach (var (operation, count) in _kubernetes.Concat(_cloud).OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            _ = text.AppendLine($"  {count,4}  {operation}");
        }

        return text.ToString();
    }

    private static void Add(Dictionary<string, int> counts, string operation) => counts[operation] = counts.GetValueOrDefault(operation) + 1;
}
