using System.Text.Json;
using System.Text.RegularExpressions;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>A line of the sandbox's request log.</summary>
internal sealed partial record LoggedRequest(
    DateTimeOffset Time,
    DateTimeOffset Began,
    string Service,
    string Operation,
    string Principal,
    string Resource,
    string Method,
    int Status,
    string? UserAgent)
{
    /// <summary>The operator process that asked, as it calls itself; null when it was none.</summary>
    public string? Identity => Agent().Match(UserAgent ?? "") is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Whether it was to change something. Leases are not meant: standing for election is no effect.</summary>
    public bool IsEffect => Service switch
    {
        "kubernetes" => Operation.Split(' ') is ["create" or "update" or "patch" or "delete", not "leases"],
        "catalog" => Method != "GET" && Operation != "oidc.token" && !Operation.StartsWith("temporary-", StringComparison.Ordinal),
        _ => Operation is "emr-serverless:StartJobRun" or "emr-serverless:CancelJobRun" or "sagemaker:CreateTrainingJob" or "sagemaker:StopTrainingJob"
            || (Operation.StartsWith("s3:", StringComparison.Ordinal) && Method is "PUT" or "POST" or "DELETE"),
    };

    public override string ToString() => $"{Began:HH:mm:ss.fff} {Service} {Operation} {Resource} -> {Status} ({UserAgent})";

    [GeneratedRegex(@"governed-finetune-operator/\S+ \(([^)]+)\)")]
    private static partial Regex Agent();
}

/// <summary>The sandbox's request log.</summary>
internal sealed class RequestLog(string path)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The log as it is now, from a line on.</summary>
    public async Task<IReadOnlyList<LoggedRequest>> ReadAsync(int after = 0)
    {
        var requests = new List<LoggedRequest>();
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        for (var i = 0; await reader.ReadLineAsync() is { } line; i++)
        {
            // The sandbox may be in the middle of the last one.
            if (i >= after && line.EndsWith('}'))
            {
                requests.Add(JsonSerializer.Deserialize<LoggedRequest>(line, Json)!);
            }
        }

        return requests;
    }

    public async Task<int> CountAsync() => (await ReadAsync()).Count;
}
