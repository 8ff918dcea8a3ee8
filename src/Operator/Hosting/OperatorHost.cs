using Amazon;
using GovernedFinetune.Operator.Leadership;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>Runs the operator until it is told to stop.</summary>
public static class OperatorHost
{
    /// <summary>Runs.</summary>
    public static async Task<int> RunAsync(Command.Run command, CancellationToken cancellationToken)
    {
        var options = await OptionsFile.ReadAsync(command.ConfigFile, cancellationToken);
        await using var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            .MinimumLevel.Override("ZiggyCreatures", LogEventLevel.Warning)
            .Enrich.FromLogContext()
            .WriteTo.Console(new JsonFormatter(renderMessage: true))
            .CreateLogger();

        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders().AddSerilog(logger);
        _ = builder.WebHost.UseUrls(command.Urls);
        _ = builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
        _ = builder.Services.AddGovernedFinetune(options);

        await using var app = builder.Build();

        // The clients that the SDK makes for itself, to turn a web identity into keys, go the same way as ours.
        AWSConfigs.HttpClientFactory = app.Services.GetRequiredService<OutboundHttp>().Aws;
        app.MapHealth();
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
