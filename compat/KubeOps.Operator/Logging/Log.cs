using k8s;
using Microsoft.Extensions.Logging;

namespace KubeOps.Operator.Logging;

/// <summary>Every log line of the operator host.</summary>
internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Starts to watch and reconcile {Kind}.")]
    public static partial void TermBegins(this ILogger logger, string kind);

    [LoggerMessage(LogLevel.Information, "Leads no longer: stops to watch and reconcile {Kind}.")]
    public static partial void TermEnds(this ILogger logger, string kind);

    [LoggerMessage(LogLevel.Warning, "Stopped while reconciliations of {Kind} were still under way.")]
    public static partial void StoppedWithWorkUnderWay(this ILogger logger, string kind);

    [LoggerMessage(LogLevel.Error, "A loop of the operator broke and is started again in {Delay}.")]
    public static partial void LoopBroke(this ILogger logger, Exception failure, TimeSpan delay);

    [LoggerMessage(LogLevel.Error, "Could not stand for election; the next try is in {Delay}.")]
    public static partial void ElectionFailed(this ILogger logger, Exception failure, TimeSpan delay);

    [LoggerMessage(LogLevel.Debug, "The watch of {Kind} begins again: version {Version} is too old (410).")]
    public static partial void WatchBeginsAgain(this ILogger logger, string kind, string? version);

    [LoggerMessage(LogLevel.Error, "The watch of {Kind} failed; the next try is in {Delay}.")]
    public static partial void WatchFailed(this ILogger logger, Exception failure, string kind, TimeSpan delay);

    [LoggerMessage(LogLevel.Error, "Could not queue the {EventType} event of {Identifier}.")]
    public static partial void EventFailed(this ILogger logger, Exception failure, WatchEventType eventType, string identifier);

    [LoggerMessage(LogLevel.Information, "Starting reconciliation for {Identifier}.")]
    public static partial void ReconciliationStarts(this ILogger logger, string identifier);

    [LoggerMessage(LogLevel.Information, "Completed reconciliation for {Identifier}: success {Success} {Message}")]
    public static partial void ReconciliationEnds(this ILogger logger, string identifier, bool success, string? message);

    [LoggerMessage(LogLevel.Error, "Reconciliation of {Identifier} failed; retry {Retry} of {Retries} is in {Delay}.")]
    public static partial void ReconciliationFailed(
        this ILogger logger, Exception failure, string identifier, int retry, int retries, TimeSpan delay);

    [LoggerMessage(LogLevel.Error, "Reconciliation of {Identifier} failed and is dropped after {Retries} retries.")]
    public static partial void ReconciliationDropped(this ILogger logger, Exception failure, string identifier, int retries);

    [LoggerMessage(
        LogLevel.Information, "{Identifier} is being deleted and waits for finalizer {Finalizer}, which is not registered here.")]
    public static partial void FinalizerIsNotOurs(this ILogger logger, string identifier, string finalizer);

    [LoggerMessage(LogLevel.Error, "Could not publish event {Reason} of {Identifier}.")]
    public static partial void EventNotPublished(this ILogger logger, Exception failure, string reason, string identifier);
}
