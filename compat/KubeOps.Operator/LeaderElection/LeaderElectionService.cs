using k8s.LeaderElection;
using KubeOps.Operator.Hosting;
using KubeOps.Operator.Logging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeOps.Operator.LeaderElection;

/// <summary>Stands for election as long as the host runs. The lease is not given back at the end: it runs out.</summary>
internal sealed class LeaderElectionService(
    LeaderElector elector,
    TimeProvider time,
    ILogger<LeaderElectionService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await elector.RunUntilLeadershipLostAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                var delay = Backoff.After(++failures);
                logger.ElectionFailed(failure, delay);
                await Task.Delay(delay, time, stoppingToken);
            }
        }
    }
}
