namespace GovernedFinetune.Operator.Leadership;

/// <summary>Log lines of the election.</summary>
internal static partial class LeadershipLog
{
    [LoggerMessage(EventId = 500, Level = LogLevel.Information, Message = "{Identity} leads: it holds lease {Lease}")]
    public static partial void Leads(ILogger logger, string identity, string lease);

    [LoggerMessage(EventId = 501, Level = LogLevel.Warning, Message = "{Identity} does not lead any more; work under way is cancelled and nothing is sent")]
    public static partial void Stopped(ILogger logger, string identity);

    [LoggerMessage(EventId = 502, Level = LogLevel.Information, Message = "{Identity} stands by: {Leader} leads")]
    public static partial void StandsBy(ILogger logger, string identity, string leader);

    [LoggerMessage(EventId = 503, Level = LogLevel.Warning, Message = "Lease {Lease} could not be written: HTTP {Status}: {Text}")]
    public static partial void Refused(ILogger logger, string lease, int status, string text);

    [LoggerMessage(EventId = 504, Level = LogLevel.Warning, Message = "The API server does not answer about lease {Lease}, and is asked until it does: {Text}")]
    public static partial void Silent(ILogger logger, string lease, string text);

    [LoggerMessage(EventId = 505, Level = LogLevel.Information, Message = "The API server answers about lease {Lease} again")]
    public static partial void HeardAgain(ILogger logger, string lease);

    [LoggerMessage(EventId = 506, Level = LogLevel.Information, Message = "Lease {Lease} was given back")]
    public static partial void GivenBack(ILogger logger, string lease);

    [LoggerMessage(EventId = 507, Level = LogLevel.Warning, Message = "Lease {Lease} was not given back and runs out by itself: {Text}")]
    public static partial void Kept(ILogger logger, string lease, string text);

    [LoggerMessage(EventId = 508, Level = LogLevel.Information, Message = "The election tries again: {Text}")]
    public static partial void Trouble(ILogger logger, string text);
}
