using k8s;
using k8s.Models;
using KubeOps.Abstractions.Reconciliation;

namespace KubeOps.Operator.Logging;

/// <summary>What every log line about an object carries, and how a line names it.</summary>
internal static class LogScope
{
    public static IReadOnlyDictionary<string, object?> For(
        string eventType,
        ReconciliationTriggerSource source,
        IKubernetesObject<V1ObjectMeta> entity) => new Dictionary<string, object?>
        {
            ["EventType"] = eventType,
            ["ReconciliationTriggerSource"] = source,
            ["Kind"] = entity.Kind,
            ["Namespace"] = entity.Namespace(),
            ["Name"] = entity.Name(),
            ["Uid"] = entity.Uid(),
            ["ResourceVersion"] = entity.ResourceVersion(),
        };

    public static string ToIdentifierString(this IKubernetesObject<V1ObjectMeta> entity) =>
        $"{entity.Kind}/{entity.Name()} (UID: {entity.Uid()})";
}
