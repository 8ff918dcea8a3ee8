using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Iam;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>SageMaker: training jobs and their tags.</summary>
internal sealed class SageMakerApi : JsonRpcApi
{
    private readonly JobHost _host;
    private readonly RoleRegistry _roles;
    private readonly JobScripts _scripts;

    // A name stays taken after its job has ended; names that differ in case alone would share an ARN.
    private readonly ConcurrentDictionary<string, TrainingJob> _jobs = new(StringComparer.OrdinalIgnoreCase);

    public SageMakerApi(JobHost host, RoleRegistry roles, JobScripts scripts)
        : base(AwsService.SageMaker, "SageMaker")
    {
        _host = host;
        _roles = roles;
        _scripts = scripts;
        Operations = new Dictionary<string, Func<AwsRequest, JsonObject, JsonObject?>>
        {
            ["CreateTrainingJob"] = Create,
            ["DescribeTrainingJob"] = (request, input) => Find(request, "DescribeTrainingJob", input).Detail(),
            ["StopTrainingJob"] = Stop,
            ["DeleteTrainingJob"] = Delete,
            ["ListTrainingJobs"] = List,
            ["AddTags"] = AddTags,
            ["ListTags"] = ListTags,
            ["DeleteTags"] = DeleteTags,
        };
    }

    protected override IReadOnlyDictionary<string, Func<AwsRequest, JsonObject, JsonObject?>> Operations { get; }

    private string ArnPrefix => $"arn:aws:sagemaker:{_host.Options.Region}:{_host.Options.AccountId}:";

    private JsonObject Create(AwsRequest request, JsonObject input)
    {
        var name = input["TrainingJobName"]?.ToString() ?? "";
        request.Describe("CreateTrainingJob", name);
        var arn = ArnOf(name);
        request.Authorize("sagemaker:CreateTrainingJob", arn);
        TrainingShapes.Create.Validate(input);
        TrainingRules.Check(input);
        if (input["Tags"] is JsonArray { Count: > 0 })
        {
            request.Authorize("sagemaker:AddTags", arn);
        }

        var roleArn = input.Text("RoleArn")!;
        request.Authorize("iam:PassRole", roleArn);
        if (_roles.Find(roleArn) is not { } role || role.Trust?.AllowsService("sagemaker.amazonaws.com") == false)
        {
            throw AwsException.Validation(
                $"Could not assume role {roleArn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.");
        }

        var taken = false;
        var job = _jobs.AddOrUpdate(name, _ => Build(input, arn, role), (_, known) =>
        {
            taken = true;
            return known;
        });
        if (taken)
        {
            throw new AwsException(400, "ResourceInUse",
                $"Training job names must be unique within an AWS account and region, and a training job with this name already exists ({job.Arn})");
        }

        job.Begin();
        return new JsonObject { ["TrainingJobArn"] = arn };
    }

    private TrainingJob Build(JsonObject input, string arn, Role role)
    {
        var script = _scripts.Take("sagemaker", input.Text("TrainingJobName")!);
        ITrainingDriver driver = script is null ? new ProcessTraining(_host) : new ScriptedTraining(script, _scripts);
        return new TrainingJob(arn, input, role, _host.Clock.GetUtcNow(), driver, new Agenda(_host.Clock));
    }

    private JsonObject? Stop(AwsRequest request, JsonObject input)
    {
        Find(request, "StopTrainingJob", input).Stop(_host.Clock.GetUtcNow());
        return null;
    }

    private JsonObject? Delete(AwsRequest request, JsonObject input)
    {
        var job = Find(request, "DeleteTrainingJob", input);
        job.Agenda.CatchUp();
        if (!TrainingStatus.IsTerminal(job.Primary))
        {
            throw AwsException.Validation($"The request was rejected because the training job is in status {job.Primary}.");
        }

        _ = _jobs.TryRemove(job.Name, out _);
        return null;
    }

    private JsonObject List(AwsRequest request, JsonObject input)
    {
        request.Describe("ListTrainingJobs");
        request.Authorize("sagemaker:ListTrainingJobs", "*");
        TrainingShapes.List.Validate(input);
        var all = Sorted(input, _jobs.Values.Where(Selected(input)).ToList());
        var start = PageToken.Read(input.Text("NextToken"));
        var size = (int)(input.Number("MaxResults") ?? 10);
        var status = input.Text("StatusEquals");
        var page = new JsonArray();
        // The status is looked at after the page is cut: a page may be empty and yet have a next one.
        foreach (var job in all.Skip(start).Take(size).Where(j => status is null || j.Primary == status))
        {
            page.Add(job.Summary());
        }

        return new JsonObject { ["TrainingJobSummaries"] = page }.With("NextToken", start + size < all.Count ? PageToken.Write(start + size) : null);
    }

    private static Func<TrainingJob, bool> Selected(JsonObject input)
    {
        var name = input.Text("NameContains");
        var createdAfter = Time(input, "CreationTimeAfter");
        var createdBefore = Time(input, "CreationTimeBefore");
        var modifiedAfter = Time(input, "LastModifiedTimeAfter");
        var modifiedBefore = Time(input, "LastModifiedTimeBefore");
        return job =>
        {
            job.Agenda.CatchUp();
            return (name is null || job.Name.Contains(name, StringComparison.OrdinalIgnoreCase))
                && (createdAfter is null || job.Created > createdAfter)
                && (createdBefore is null || job.Created < createdBefore)
                && (modifiedAfter is null || job.LastModified > modifiedAfter)
                && (modifiedBefore is null || job.LastModified < modifiedBefore);
        };
    }

    private static List<TrainingJob> Sorted(JsonObject input, List<TrainingJob> jobs)
    {
        var ordered = input.Text("SortBy") switch
        {
            "Name" => jobs.OrderBy(j => j.Name, StringComparer.Ordinal),
            "Status" => jobs.OrderBy(j => j.Primary, StringComparer.Ordinal).ThenBy(j => j.Name, StringComparer.Ordinal),
            _ => jobs.OrderBy(j => j.Created).ThenBy(j => j.Name, StringComparer.Ordinal),
        };
        var list = ordered.ToList();
        // The model's default: by creation time, the newest first.
        if ((input.Text("SortOrder") ?? "Descending") == "Descending")
        {
            list.Reverse();
        }

        return list;
    }

    private static DateTimeOffset? Time(JsonObject input, string name)
    {
        if (input[name] is not { } value)
        {
            return null;
        }

        return value.GetValueKind() == System.Text.Json.JsonValueKind.Number && value.AsValue().TryGetValue<double>(out var seconds)
            && seconds is > -62135596800 and < 253402300799
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw new AwsException(400, "SerializationException", $"'{name}' is not a time in seconds since 1970.");
    }

    private JsonObject AddTags(AwsRequest request, JsonObject input)
    {
        TrainingShapes.AddTags.Validate(input);
        var job = Tagged(request, "AddTags", input);
        job.Tags.Add(input["Tags"]!.AsArray());
        return new JsonObject { ["Tags"] = job.Tags.Write() };
    }

    private JsonObject ListTags(AwsRequest request, JsonObject input)
    {
        TrainingShapes.ListTags.Validate(input);
        return new JsonObject { ["Tags"] = Tagged(request, "ListTags", input).Tags.Write() };
    }

    private JsonObject DeleteTags(AwsRequest request, JsonObject input)
    {
        TrainingShapes.DeleteTags.Validate(input);
        Tagged(request, "DeleteTags", input).Tags.Remove(input.Texts("TagKeys"));
        return [];
    }

    private TrainingJob Tagged(AwsRequest request, string operation, JsonObject input)
    {
        var arn = input.Text("ResourceArn")!;
        request.Describe(operation, arn);
        request.Authorize($"sagemaker:{operation}", arn);
        var prefix = ArnPrefix + "training-job/";
        return arn.StartsWith(prefix, StringComparison.Ordinal) && _jobs.TryGetValue(arn[prefix.Length..], out var job)
            ? job
            : throw AwsException.Validation($"The resource {arn} does not exist.");
    }

    private TrainingJob Find(AwsRequest request, string operation, JsonObject input)
    {
        var name = input["TrainingJobName"]?.ToString() ?? "";
        request.Describe(operation, name);
        request.Authorize($"sagemaker:{operation}", ArnOf(name));
        TrainingShapes.OneJob.Validate(input);
        return _jobs.TryGetValue(name, out var job) ? job : throw AwsException.Validation("Requested resource not found.");
    }

    private string ArnOf(string name) => $"{ArnPrefix}training-job/{name.ToLowerInvariant()}";
}
