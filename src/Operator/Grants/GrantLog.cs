using GovernedFinetune.Entities;

namespace GovernedFinetune.Operator.Grants;

/// <summary>Log lines of grants.</summary>
internal static partial class GrantLog
{
    public static IDisposable? Scope(ILogger logger, DatasetGrant grant) => logger.BeginScope(new Dictionary<string, object>
    {
        ["GrantNamespace"] = grant.Metadata.NamespaceProperty,
        ["GrantName"] = grant.Metadata.Name,
        ["GrantUid"] = grant.Metadata.Uid,
    });

    [LoggerMessage(EventId = 300, Level = LogLevel.Information, Message = "Grant is {Phase}: {Reason}: {Text}")]
    public static partial void Transition(ILogger logger, DatasetGrantPhase? phase, string reason, string text);

    [LoggerMessage(EventId = 302, Level = LogLevel.Information, Message = "{Text}")]
    public static partial void Fenced(ILogger logger, string text);

    [LoggerMessage(EventId = 301, Level = LogLevel.Error, Message = "Reconciling failed and will be tried again")]
    public static partial void Failed(ILogger logger, Exception error);
}
