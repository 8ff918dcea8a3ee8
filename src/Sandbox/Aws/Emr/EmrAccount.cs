using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.Emr;

/// <summary>The account's EMR Serverless applications and job runs, and the client tokens they were made with.</summary>
internal sealed class EmrAccount(JobHost host, RoleRegistry roles, JobScripts scripts)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, EmrApplication> _applications = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EmrJobRun> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (JsonObject Request, object Result)> _tokens = new(StringComparer.Ordinal);

    public string ArnPrefix => $"arn:aws:emr-serverless:{host.Options.Region}:{host.Options.AccountId}:/applications";

    public IEnumerable<EmrApplication> Applications => _applications.Values.OrderBy(a => a.Created).ThenBy(a => a.Id, StringComparer.Ordinal);

    public EmrApplication CreateApplication(JsonObject request) => Once("application", request, () =>
    {
        var id = NewId();
        return _applications[id] = new EmrApplication(id, $"{ArnPrefix}/{id}", request, host.Clock.GetUtcNow());
    });

    public bool TryGetApplication(string id, [NotNullWhen(true)] out EmrApplication? application) => _applications.TryGetValue(id, out application);

    /// <exception cref="AwsException">There is no such run of that application.</exception>
    public EmrJobRun GetRun(string applicationId, string runId) =>
        _runs.TryGetValue(runId, out var run) && run.Application.Id == applicationId
            ? run
            : throw new AwsException(404, "ResourceNotFoundException", $"Job run {runId} does not exist in application {applicationId}.");

    public IEnumerable<EmrJobRun> RunsOf(string applicationId) => _runs.Values
        .Where(r => r.Application.Id == applicationId)
        .OrderByDescending(r => r.Created).ThenBy(r => r.Id, StringComparer.Ordinal);

    /// <summary>Starts a run, or finds the one that the same request started before.</summary>
    public EmrJobRun StartRun(EmrApplication application, JsonObject request, string createdBy) => Once(application.Id, request, () =>
    {
        if (application.State != "STARTED")
        {
            if (!application.StartsItself)
            {
                throw AwsException.Validation($"Application {application.Id} is {application.State}, and does not start by itself: call StartApplication.");
            }

            application.Enter("STARTED", host.Clock.GetUtcNow());
        }

        var script = scripts.Take("emr-serverless", request.Text("name") ?? "");
        IEmrDriver driver = script is null ? new EmrProcessDriver(host) : new ScriptedEmrDriver(script, scripts);
        var id = NewId();
        var run = new EmrJobRun(
            id, application, request, createdBy, roles.Find(request.Text("executionRoleArn")!), host.Clock.GetUtcNow(), driver, new Agenda(host.Clock));
        _runs[id] = run;
        run.Begin();
        return run;
    });

    /// <summary>The tags of an application or a run, by ARN.</summary>
    /// <exception cref="AwsException">There is no such resource.</exception>
    public JsonObject TagsOf(string arn)
    {
        var parts = arn.StartsWith(ArnPrefix + "/", StringComparison.Ordinal) ? arn[(ArnPrefix.Length + 1)..].Split('/') : [];
        return parts switch
        {
            [var app] when _applications.TryGetValue(app, out var application) => application.Tags,
            [var app, "jobruns", var run] => GetRun(app, run).Tags,
            _ => throw new AwsException(404, "ResourceNotFoundException", $"The resource {arn} does not exist."),
        };
    }

    /// <summary>A client token stands for one request: the same again gives the same result, another one is a conflict.</summary>
    private T Once<T>(string scope, JsonObject request, Func<T> create)
    {
        var token = $"{scope}/{request.Text("clientToken")}";
        lock (_gate)
        {
            if (!_tokens.TryGetValue(token, out var known))
            {
                var result = create();
                _tokens[token] = (request, result!);
                return result;
            }

            return JsonNode.DeepEquals(known.Request, request) && known.Result is T same
                ? same
                : throw new AwsException(409, "ConflictException", $"The client token {request.Text("clientToken")} was used before with other parameters.");
        }
    }

    // The service's ids begin so, and are 16 characters.
    private static string NewId() => "00f" + RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuv", 13);
}
