using k8s;
using k8s.Models;

namespace KubeOps.Abstractions.Events;

/// <summary>Whether an event tells of normal progress or of trouble.</summary>
public enum EventType
{
    Normal,
    Warning,
}

/// <summary>
/// Writes a Kubernetes event about an object. The same reason, message and type of one object count up one event; a
/// message with a changing part makes a new event each time.
/// </summary>
public delegate Task EventPublisher(
    IKubernetesObject<V1ObjectMeta> entity,
    string reason,
    string message,
    EventType type = EventType.Normal,
    CancellationToken cancellationToken = default);

/// <summary>Makes event publishers.</summary>
public interface IEventPublisherFactory
{
    EventPublisher Create();
}

/// <summary>Makes the event object that a publisher sends; replaceable.</summary>
public interface IEventResourceFactory
{
    Corev1Event CreateEvent(IKubernetesObject<V1ObjectMeta> entity, string reason, string message, EventType type);
}
