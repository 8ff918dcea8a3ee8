using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;
using KubeOps.Abstractions.Builder;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Events;

namespace KubeOps.Operator.Events;

/// <summary>
/// Core v1 events. The name is the SHA-512 of <c>uid.name.namespace.reason.message.type</c>, so that the same event
/// again finds the first one.
/// </summary>
internal sealed class EventResourceFactory(OperatorSettings settings) : IEventResourceFactory
{
    public Corev1Event CreateEvent(IKubernetesObject<V1ObjectMeta> entity, string reason, string message, EventType type)
    {
        var ns = entity.Namespace() ?? "default";
        var name = $"{entity.Uid()}.{entity.Name()}.{ns}.{reason}.{message}.{type}";
        return new Corev1Event
        {
            Metadata = new V1ObjectMeta
            {
                Name = Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(name))),
                NamespaceProperty = ns,
                Annotations = new Dictionary<string, string>
                {
                    ["originalName"] = name,
                    ["nameHash"] = "sha512",
                    ["nameEncoding"] = "Hex String",
                },
            },
            Type = type.ToString(),
            Reason = reason,
            Message = message,
            ReportingComponent = settings.Name,
            ReportingInstance = Environment.MachineName,
            Source = new V1EventSource { Component = settings.Name },
            InvolvedObject = entity.MakeObjectReference(),
        }.Initialize();
    }
}
