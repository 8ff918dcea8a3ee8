using System.Globalization;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.Emr;

/// <summary>EMR Serverless: finds the operation by method and path.</summary>
internal sealed class EmrApi(EmrAccount account, SandboxOptions options, TimeProvider clock) : IAwsApi
{
    public AwsService Service => AwsService.Emr;

    public Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var parts = request.Target.RawPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var answer = (request.Http.Request.Method, parts) switch
        {
            ("POST", ["applications"]) => CreateApplication(request),
            ("GET", ["applications"]) => ListApplications(request),
            ("GET", ["applications", var app]) => GetApplication(request, app),
            ("POST", ["applications", var app, "start"]) => Switch(request, "StartApplication", app, start: true),
            ("POST", ["applications", var app, "stop"]) => Switch(request, "StopApplication", app, start: false),
            ("POST", ["applications", var app, "jobruns"]) => StartJobRun(request, app),
            ("GET", ["applications", var app, "jobruns"]) => ListJobRuns(request, app),
            ("GET", ["applications", var app, "jobruns", var run]) => GetJobRun(request, app, run),
            ("DELETE", ["applications", var app, "jobruns", var run]) => CancelJobRun(request, app, run),
            ("GET", ["tags", .. var arn]) => ListTags(request, string.Join('/', arn)),
            ("POST", ["tags", .. var arn]) => TagResource(request, string.Join('/', arn)),
            ("DELETE", ["tags", .. var arn]) => UntagResource(request, string.Join('/', arn)),
            var (method, _) => throw new AwsException(404, "UnknownOperationException", $"The sandbox does not implement {method} {request.Target.RawPath}."),
        };
        return AwsResponses.WriteJsonAsync(request.Http, Service, answer);
    }

    private JsonObject CreateApplication(AwsRequest request)
    {
        var input = JsonInput.Read(request.Body);
        request.Describe("CreateApplication", input["name"]?.ToString() ?? "");
        request.Authorize("emr-serverless:CreateApplication", Everything);
        EmrShapes.CreateApplication.Validate(input);
        var application = account.CreateApplication(input);
        return new JsonObject { ["applicationId"] = application.Id, ["arn"] = application.Arn }.CopyFrom(input, "name");
    }

    private JsonObject ListApplications(AwsRequest request)
    {
        request.Describe("ListApplications");
        request.Authorize("emr-serverless:ListApplications", Everything);
        var states = request.Target.All("states");
        var all = account.Applications.Where(a => states.Count == 0 || states.Contains(a.State)).ToList();
        return Page(request, all, "applications", a => a.Summary());
    }

    private JsonObject GetApplication(AwsRequest request, string id) =>
        new() { ["application"] = Application(request, "GetApplication", id).Detail() };

    private JsonObject Switch(AwsRequest request, string operation, string id, bool start)
    {
        var application = Application(request, operation, id);
        if (!start && account.RunsOf(id).Any(r => !RunState.IsTerminal(r.State)))
        {
            throw AwsException.Validation($"Application {id} cannot be stopped while it has job runs under way.");
        }

        application.Enter(start ? "STARTED" : "STOPPED", clock.GetUtcNow());
        return [];
    }

    private JsonObject StartJobRun(AwsRequest request, string applicationId)
    {
        var input = JsonInput.Read(request.Body);
        var application = Application(request, "StartJobRun", applicationId);
        request.Describe("StartJobRun", input["name"]?.ToString() ?? applicationId);
        EmrShapes.StartJobRun.Validate(input);
        if (input.ContainsKey("executionIamPolicy"))
        {
            // Refused rather than ignored: the job would be able to do more than its caller asked for.
            throw AwsException.Validation("executionIamPolicy is not enforced by the sandbox.");
        }

        if (input.Number("executionTimeoutMinutes") is > 0 and < 5)
        {
            throw AwsException.Validation("RunTimeout must be at least 5 minutes.");
        }

        var roleArn = input.Text("executionRoleArn")!;
        if (!roleArn.StartsWith($"arn:aws:iam::{options.AccountId}:", StringComparison.Ordinal))
        {
            throw new AwsException(403, "AccessDeniedException", $"Cross-account pass role is not allowed: {roleArn}.");
        }

        request.Authorize("iam:PassRole", roleArn);
        var run = account.StartRun(application, input, request.Caller.Arn);
        return new JsonObject { ["applicationId"] = applicationId, ["jobRunId"] = run.Id, ["arn"] = run.Arn };
    }

    private JsonObject GetJobRun(AwsRequest request, string applicationId, string runId)
    {
        _ = OnRun(request, "GetJobRun", applicationId, runId);
        return new JsonObject { ["jobRun"] = account.GetRun(applicationId, runId).Detail() };
    }

    private JsonObject CancelJobRun(AwsRequest request, string applicationId, string runId)
    {
        _ = OnRun(request, "CancelJobRun", applicationId, runId);
        var run = account.GetRun(applicationId, runId);
        var grace = 0;
        if (request.Target["shutdownGracePeriodInSeconds"] is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out grace) || grace is < 15 or > 1800))
        {
            throw AwsException.Validation(
                $"1 validation error detected: Value '{text}' at 'shutdownGracePeriodInSeconds' failed to satisfy constraint: Member must have value from 15 to 1800");
        }

        run.Cancel(clock.GetUtcNow(), TimeSpan.FromSeconds(grace));
        return new JsonObject { ["applicationId"] = applicationId, ["jobRunId"] = runId };
    }

    private JsonObject ListJobRuns(AwsRequest request, string applicationId)
    {
        _ = Application(request, "ListJobRuns", applicationId);
        var states = request.Target.All("states");
        if (states.Count > 8 || states.FirstOrDefault(s => !RunState.All.Contains(s)) is not null)
        {
            throw AwsException.Validation(
                $"1 validation error detected: Value '[{string.Join(", ", states)}]' at 'states' failed to satisfy constraint: Member must satisfy enum value set: [{string.Join(", ", RunState.All)}]");
        }

        var after = Time(request, "createdAtAfter");
        var before = Time(request, "createdAtBefore");
        var runs = account.RunsOf(applicationId)
            .Where(r => (after is null || r.Created > after) && (before is null || r.Created < before))
            .Where(r => states.Count == 0 || states.Contains(r.State))
            .ToList();
        return Page(request, runs, "jobRuns", r => r.Summary());
    }

    private JsonObject ListTags(AwsRequest request, string arn)
    {
        request.Describe("ListTagsForResource", arn);
        request.Authorize("emr-serverless:ListTagsForResource", arn);
        var tags = account.TagsOf(arn);
        lock (tags)
        {
            return new JsonObject { ["tags"] = tags.DeepClone() };
        }
    }

    private JsonObject TagResource(AwsRequest request, string arn)
    {
        request.Describe("TagResource", arn);
        request.Authorize("emr-serverless:TagResource", arn);
        var input = JsonInput.Read(request.Body);
        EmrShapes.TagResource.Validate(input);
        var tags = account.TagsOf(arn);
        lock (tags)
        {
            foreach (var (key, value) in input.TextMap("tags"))
            {
                tags[key] = value;
            }
        }

        return [];
    }

    private JsonObject UntagResource(AwsRequest request, string arn)
    {
        request.Describe("UntagResource", arn);
        request.Authorize("emr-serverless:UntagResource", arn);
        var tags = account.TagsOf(arn);
        lock (tags)
        {
            foreach (var key in request.Target.All("tagKeys"))
            {
                _ = tags.Remove(key);
            }
        }

        return [];
    }

    private string Everything => $"arn:aws:emr-serverless:{options.Region}:{options.AccountId}:/*";

    private EmrApplication Application(AwsRequest request, string operation, string id)
    {
        request.Describe(operation, id);
        request.Authorize($"emr-serverless:{operation}", $"{account.ArnPrefix}/{id}");
        return Existing(id);
    }

    private EmrApplication OnRun(AwsRequest request, string operation, string applicationId, string runId)
    {
        request.Describe(operation, runId);
        request.Authorize($"emr-serverless:{operation}", $"{account.ArnPrefix}/{applicationId}/jobruns/{runId}");
        return Existing(applicationId);
    }

    private EmrApplication Existing(string id) => account.TryGetApplication(id, out var application)
        ? application
        : throw new AwsException(404, "ResourceNotFoundException", $"Application {id} does not exist.");

    private static DateTimeOffset? Time(AwsRequest request, string name) => request.Target[name] is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw AwsException.Validation($"'{name}' is '{text}'; expected a time in ISO 8601.");

    /// <summary>Cuts a list into pages. A token is the place of the next item.</summary>
    private static JsonObject Page<T>(AwsRequest request, List<T> all, string member, Func<T, JsonObject> write)
    {
        const int Most = 50;
        var size = Most;
        if (request.Target["maxResults"] is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > Most))
        {
            throw AwsException.Validation(
                $"1 validation error detected: Value '{text}' at 'maxResults' failed to satisfy constraint: Member must have value from 1 to {Most}");
        }

        var start = PageToken.Read(request.Target["nextToken"]);
        var page = new JsonArray();
        foreach (var item in all.Skip(start).Take(size))
        {
            page.Add(write(item));
        }

        return new JsonObject { [member] = page }.With("nextToken", start + size < all.Count ? PageToken.Write(start + size) : null);
    }
}
