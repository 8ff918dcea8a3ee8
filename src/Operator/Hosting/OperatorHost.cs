using Amazon;
using GovernedFinetune.Operator.Leadership;
using Serilog;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>Runs the operator until it is told to stop.</summary>
public static class OperatorHost
{
    /// <summary>
    /// Work is cancelled at once and may take this long to end. Giving the lease back comes on top: at most 3 s, so that all
    /// fits into the pod's 30 s.
    /// </summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(25);

    /// <summary>Runs.</summary>
    public static async Task<int> RunAsync(Command.Run command, CancellationToken cancellationToken)
    {
        var options = await OptionsFile.ReadAsync(command.ConfigFile, cancellationToken);
        var identity = ReplicaIdentity.OfProcess();
        await using var logger = ProcessLog.Create(identity, toError: false);

        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders().AddSerilog(logger);
        _ = builder.WebHost.UseUrls(command.Urls);
        _ = builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestStop);
        _ = builder.Services.AddGovernedFinetune(options, identity);

        await using var app = builder.Build();
        app.Services.UseOneWayOut();
        app.MapHealth();
        await app.RunAsync(cancellationToken);
        return 0;
    }

    /// <summary>The clients that the AWS SDK makes for itself, to turn a web identity into keys, go the same way as ours.</summary>
    internal static void UseOneWayOut(this IServiceProvider services) =>
        AWSConfigs.HttpClientFactory = services.GetRequiredService<OutboundHttp>().Aws;
}
