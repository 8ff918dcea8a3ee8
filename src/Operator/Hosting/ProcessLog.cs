using GovernedFinetune.Operator.Leadership;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>The log: one JSON object a line, each with the replica that wrote it.</summary>
internal static class ProcessLog
{
    /// <summary>The logger of this process.</summary>
    /// <param name="identity">The replica.</param>
    /// <param name="toError">To stderr, where stdout has something else to say.</param>
    public static Logger Create(ReplicaIdentity identity, bool toError) => new LoggerConfiguration()
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
        .MinimumLevel.Override("ZiggyCreatures", LogEventLevel.Warning)
        .Enrich.FromLogContext()
        .Enrich.WithProperty("Replica", identity.Name)
        .WriteTo.Console(new JsonFormatter(renderMessage: true), standardErrorFromLevel: toError ? LevelAlias.Minimum : null)
        .CreateLogger();
}
