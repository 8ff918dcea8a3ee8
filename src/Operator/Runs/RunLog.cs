using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Failures;

namespace GovernedFinetune.Operator.Runs;

/// <summary>Log lines of runs. Each carries the run's namespace, name and uid.</summary>
internal static partial class RunLog
{
    public static IDisposable? Scope(ILogger logger, FineTuneRun run) => logger.BeginScope(new Dictionary<string, object>
    {
        ["RunNamespace"] = run.Metadata.NamespaceProperty,
        ["RunName"] = run.Metadata.Name,
        ["RunUid"] = run.Metadata.Uid,
    });

    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "{Phase}: {Reason}: {Text}")]
    public static partial void Transition(ILogger logger, FineTuneRunPhase? phase, string reason, string text);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "Pass failed ({Kind}, {Reason}): {Text}")]
    public static partial void PassFailed(ILogger logger, FailureKind kind, string reason, string text, Exception? error);

    [LoggerMessage(EventId = 102, Level = LogLevel.Error, Message = "Reconciling failed and will be tried again")]
    public static partial void Failed(ILogger logger, Exception error);

    [LoggerMessage(EventId = 103, Level = LogLevel.Information, Message = "{Text} The pass is made again")]
    public static partial void StatusConflict(ILogger logger, string text);

    [LoggerMessage(EventId = 105, Level = LogLevel.Information, Message = "{Text}")]
    public static partial void Fenced(ILogger logger, string text);

    [LoggerMessage(
        EventId = 104,
        Level = LogLevel.Error,
        Message = "The run is let go with its jobs as they are, because of annotation {Annotation}; its audit record could not be told ({Reason}): {Text}")]
    public static partial void OrphanedUnrecorded(ILogger logger, string annotation, string reason, string text);
}
