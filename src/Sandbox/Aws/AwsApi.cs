using GovernedFinetune.Sandbox.Aws.Emr;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.S3;
using GovernedFinetune.Sandbox.Aws.SageMaker;
using GovernedFinetune.Sandbox.Aws.Secrets;
using GovernedFinetune.Sandbox.Aws.Sts;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Aws;

/// <summary>
/// The sandbox's AWS account: S3 (path style), STS, Secrets Manager, EMR Serverless and SageMaker on one port. Signatures are
/// verified, policies are enforced, and jobs really run.
/// </summary>
public sealed class AwsApi : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private readonly JobHost _jobs;
    private readonly JobScripts _scripts;
    private readonly AwsCredential _root;
    private bool _disposed;

    private AwsApi(LoopbackServer server, JobHost jobs, JobScripts scripts, AwsCredential root)
    {
        _server = server;
        _jobs = jobs;
        _scripts = scripts;
        _root = root;
    }

    /// <summary>Where the services listen.</summary>
    public Uri BaseAddress => _server.BaseAddress;

    /// <summary>Access key of the account's root, which may do everything.</summary>
    public string RootAccessKeyId => _root.AccessKeyId;

    /// <summary>Secret of the account's root.</summary>
    public string RootSecretAccessKey => _root.SecretAccessKey;

    /// <summary>Starts the services on loopback.</summary>
    public static async Task<AwsApi> StartAsync(SandboxContext context, CancellationToken cancellationToken)
    {
        var options = context.Options;
        var root = context.Credentials.IssueLongLived($"arn:aws:iam::{options.AccountId}:root", IamPolicy.Root);
        var store = await ObjectStore.OpenAsync(Path.Combine(options.StateDirectory, "s3"), context.Clock, cancellationToken);
        var roles = new RoleRegistry(context);
        var identities = new JobIdentities(roles, context);
        var jobs = new JobHost(context, identities);
        var scripts = new JobScripts(store, context.Clock);
        var gateway = new AwsGateway(context,
        [
            new S3Api(store, options, context.Clock),
            new StsApi(context, roles),
            new SecretsApi(context),
            new EmrApi(new EmrAccount(jobs, roles, scripts), options, context.Clock),
            new SageMakerApi(jobs, roles, scripts),
        ]);
        var server = await LoopbackServer.StartAsync(
            context,
            "aws",
            options.AwsPort,
            certificate: null,
            writeError: (http, status, code, message) =>
                AwsResponses.WriteErrorAsync(http, AwsService.Of(http.Request), new AwsException(status, code, message)),
            map: app =>
            {
                new AwsAdmin(roles, store, scripts).Map(app.MapSandboxAdmin(context, "aws"));
                _ = app.MapGet(JobIdentities.Route, identities.Serve);
                _ = app.MapFallback("/_sandbox/{**path}", () => Results.Json(
                    new { error = "The account has no such /_sandbox route for that method and content type (JSON)." }, statusCode: 404));
                _ = app.MapFallback("{**path}", gateway.ServeAsync);
            },
            configureServices: null,
            cancellationToken);
        jobs.Endpoint = server.BaseAddress;
        return new AwsApi(server, jobs, scripts, root);
    }

    /// <summary>Writes the fate of the jobs to come that its expression matches.</summary>
    /// <exception cref="ArgumentException">The script has a value that does not fit.</exception>
    public void AddJobScript(JobScript script) => _scripts.Add(script);

    /// <summary>Forgets every script: jobs to come really run.</summary>
    public void ClearJobScripts() => _scripts.Clear();

    /// <summary>Done when no job's process runs. Scripted jobs do not count: they have none.</summary>
    public Task WhenNoJobRunsAsync(CancellationToken cancellationToken) => _jobs.IdleAsync(cancellationToken);

    /// <summary>Ends every job, with all that it started, and then the services.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _jobs.DisposeAsync();
        await _server.DisposeAsync();
    }
}
