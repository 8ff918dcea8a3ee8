using System.Runtime.InteropServices;
using GovernedFinetune.Operator.Leadership;
using k8s.Autorest;
using KubeOps.Operator.LeaderElection;
using Serilog;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>Leads for as long as one look at every object takes: no watches, no endpoints, nothing that goes on.</summary>
internal static class OnceHost
{
    private const int LookFailed = 1;

    /// <summary>EX_TEMPFAIL: come back later.</summary>
    private const int AnotherLeads = 75;

    /// <summary>Looks once.</summary>
    /// <param name="command">The configuration.</param>
    /// <param name="output">Gets a line for each object.</param>
    /// <param name="error">Gets what kept it from looking.</param>
    public static async Task<int> RunAsync(Command.Once command, TextWriter output, TextWriter error)
    {
        var options = await OptionsFile.ReadAsync(command.ConfigFile, CancellationToken.None);
        var identity = ReplicaIdentity.OfProcess();
        await using var logger = ProcessLog.Create(identity, toError: true);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        _ = builder.Logging.AddSerilog(logger);
        _ = builder.Services.AddGovernedFinetune(options, identity).AddSingleton<OneLook>();

        // Never started, so none of its services runs.
        using var host = builder.Build();
        host.Services.UseOneWayOut();
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        return await RunAsync(host.Services, output, error, stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Looks once, with the services of an operator that is not started.</summary>
    internal static async Task<int> RunAsync(IServiceProvider services, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var (fence, options, clock) = (
            services.GetRequiredService<Fence>(), services.GetRequiredService<LeaderElectionOptions>(), services.GetRequiredService<TimeProvider>());
        using var term = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var leading = options.Enabled
            ? services.GetRequiredService<ILeaderElectorFactory>().CreateElector().RunUntilLeadershipLostAsync(term.Token)
            : Task.CompletedTask;
        try
        {
            await fence.OpensAsync(cancellationToken).WaitAsync(options.LongestWait, clock, cancellationToken);
            return await services.GetRequiredService<OneLook>().LookAsync(output, cancellationToken) ? 0 : LookFailed;
        }
        catch (TimeoutException)
        {
            await error.WriteLineAsync(Elsewhere(services.GetRequiredService<ElectionLease>(), options));
            return AnotherLeads;
        }
        catch (LeaseLostException e)
        {
            await error.WriteLineAsync(e.Message);
            return AnotherLeads;
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException)
        {
            await error.WriteLineAsync($"The API server did not answer, or refused: {e.Message}");
            return LookFailed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped before every object was looked at.");
            return LookFailed;
        }
        finally
        {
            await term.CancelAsync();
            await leading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await services.GetRequiredService<LeaseRelease>().StopAsync(CancellationToken.None);
        }
    }

    private static string Elsewhere(ElectionLease lease, LeaderElectionOptions options) => lease switch
    {
        { Silence: null } => $"The API server says nothing about lease {lease.Describe()}: is the kubeconfig right, and may you read and write that lease?",
        { Holder.Length: > 0 } => $"{lease.Holder} leads (lease {lease.Describe()}), and did so for {options.LongestWait.TotalSeconds:0} s. Scale its deployment to zero, or wait until it is gone.",
        _ => $"Lease {lease.Describe()} could not be taken within {options.LongestWait.TotalSeconds:0} s; the log says why.",
    };
}
