using k8s.Models;
using KubeOps.Abstractions.Events;
using KubeOps.KubernetesClient;
using KubeOps.Operator.Logging;
using Microsoft.Extensions.Logging;

namespace KubeOps.Operator.Events;

/// <summary>Publishers that create an event or count it up. An event that cannot be written is logged and no error.</summary>
internal sealed class EventPublisherFactory(
    IKubernetesClient client,
    IEventResourceFactory resources,
    TimeProvider time,
    ILogger<EventPublisher> logger) : IEventPublisherFactory
{
    public EventPublisher Create() => async (entity, reason, message, type, cancellationToken) =>
    {
        var wanted = resources.CreateEvent(entity, reason, message, type);
        wanted.EnsureMetadata().NamespaceProperty ??= "default";
        try
        {
            await WriteAsync(wanted, cancellationToken);
        }
        catch (Exception failure)
        {
            logger.EventNotPublished(failure, reason, entity.ToIdentifierString());
        }
    };

    private async Task WriteAsync(Corev1Event wanted, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (await client.GetAsync<Corev1Event>(wanted.Name(), wanted.Namespace(), cancellationToken) is { } stored)
        {
            stored.Count++;
            stored.LastTimestamp = now;
            await client.UpdateAsync(stored, cancellationToken);
        }
        else
        {
            wanted.Count = 1;
            wanted.FirstTimestamp = now;
            wanted.LastTimestamp = now;
            await client.CreateAsync(wanted, cancellationToken);
        }
    }
}
