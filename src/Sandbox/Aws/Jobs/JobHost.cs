using System.Collections.Concurrent;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Hosting;

namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>Where jobs run: what both platforms give to a job, and the end of all jobs when the sandbox ends.</summary>
internal sealed class JobHost(SandboxContext context, JobIdentities identities) : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };

    public TimeProvider Clock => context.Clock;

    public SandboxOptions Options => context.Options;

    /// <summary>Where jobs reach the account; set once it listens, before any job can be asked for.</summary>
    public Uri Endpoint { get; set; } = new("http://127.0.0.1");

    /// <summary>Runs a job in the background until it ends or the sandbox does.</summary>
    /// <param name="run">The job; it must record its own failures, whatever they are.</param>
    public void Run(Func<CancellationToken, Task> run)
    {
        var id = Guid.NewGuid();
        var task = Guarded();
        _running[id] = task;
        _ = task.ContinueWith(_ => _running.TryRemove(id, out Task? _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        async Task Guarded()
        {
            await Task.Yield();
            try
            {
                await run(_closing.Token);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                // The sandbox ends; so does the job.
            }
        }
    }

    /// <summary>Done when no job runs.</summary>
    public async Task IdleAsync(CancellationToken cancellationToken)
    {
        while (_running.Values is { Count: > 0 } running)
        {
            await Task.WhenAll(running).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives a job its role, for as long as <paramref name="use"/> runs.</summary>
    public async Task WithRoleAsync(Role role, string session, Func<JobRole, Task> use)
    {
        var (id, identity) = identities.Add(role, session);
        try
        {
            await use(new JobRole(
                new RoleStorage(_http, Endpoint, context.Options.Region, identity, context.Clock),
                new Uri(Endpoint, JobIdentities.Route.Replace("{id}", id, StringComparison.Ordinal)),
                identity.Token));
        }
        finally
        {
            identities.Remove(id);
        }
    }

    /// <summary>The environment that every job has, and nothing else: no variable of the sandbox's own gets through.</summary>
    public async Task<Dictionary<string, string>> EnvironmentAsync(JobRole role, string home, string? pathFirst = null)
    {
        var path = string.Join(Path.PathSeparator, new[]
        {
            pathFirst,
            Path.GetDirectoryName(await Python.ExecutableAsync()),
            Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
        }.OfType<string>());
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = path,
            ["HOME"] = home,
            ["LANG"] = "C.UTF-8",
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["PYTHONUNBUFFERED"] = "1",
            ["AWS_REGION"] = context.Options.Region,
            ["AWS_DEFAULT_REGION"] = context.Options.Region,
            ["AWS_ENDPOINT_URL"] = Endpoint.ToString().TrimEnd('/'),
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = role.CredentialsUri.ToString(),
            ["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = role.Token,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_running.Values);
        _http.Dispose();
        _closing.Dispose();
    }
}

/// <summary>A job's role at work.</summary>
/// <param name="Storage">S3 as the role.</param>
/// <param name="CredentialsUri">Where the process gets the role's credentials.</param>
/// <param name="Token">What it shows there.</param>
internal sealed record JobRole(RoleStorage Storage, Uri CredentialsUri, string Token);
