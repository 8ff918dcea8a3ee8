using System.Reflection;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace GovernedFinetune.Operator.Leadership;

/// <summary>
/// Who this process is, among all that ever ran: in the lease, in the log, in the audit record and in the
/// <c>User-Agent</c> of every request. The random part keeps two processes of one machine, and a container before and
/// after its restart, apart.
/// </summary>
/// <param name="Name">Pod or machine, and the random part: <c>governed-finetune-7d4b9-x2x7p_9f3c01ab</c>.</param>
public sealed partial record ReplicaIdentity(string Name)
{
    private const string Product = "governed-finetune-operator";

    private static readonly string Version =
        typeof(ReplicaIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Who an audit line says has acted.</summary>
    public string Actor => $"{Product}/{Name}";

    /// <summary>What every request says of its sender.</summary>
    public string UserAgent => $"{Product}/{Version} ({Name})";

    /// <summary>A new identity for this process, as the chart names its pod.</summary>
    public static ReplicaIdentity OfProcess() => Create(Environment.GetEnvironmentVariable("POD_NAME"), Environment.MachineName);

    /// <summary>A new identity.</summary>
    /// <param name="pod">The pod's name; null or empty outside a cluster.</param>
    /// <param name="machine">The machine's name, for a process without a pod.</param>
    public static ReplicaIdentity Create(string? pod, string machine)
    {
        var place = Unsafe().Replace(string.IsNullOrWhiteSpace(pod) ? machine : pod, "-");
        return new ReplicaIdentity($"{place}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
    }

    /// <summary>What a header may not carry, or would end its comment.</summary>
    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex Unsafe();
}
