using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Tests.Fakes;
using Xunit.Abstractions;

namespace GovernedFinetune.Operator.Tests.Runs;

/// <summary>Exactly the calls that one whole run may make, beside the floor of the design.</summary>
public class ExpectedWritesTests(ITestOutputHelper output)
{
    private const int CloudFloor = 13;
    private const int KubernetesFloor = 6;

    [Fact]
    public async Task A_whole_run_makes_exactly_these_calls()
    {
        using var world = await new World().ToEndAsync();

        Print(world.Cloud.Calls.Made);
        Assert.Equal(FineTuneRunPhase.Succeeded, world.Status.Phase);
        Assert.Equal(string.Join('\n', Expected), string.Join('\n', world.Cloud.Calls.Made));
    }

    private static readonly string[] Expected =
    [
        // Taken up: the finalizer before anything else.
        "k8s:Patch finetuneruns",
        "k8s:Get datasetgrants",

        // Authorize: the source is pinned.
        "uc:GetTable finance.raw.risk_factors",
        "storage:Pin",
        "k8s:PatchStatus finetuneruns",
        "k8s:Event GrantVerified",

        // Preprocess: the record first, then the pinned files, the document and the job; its id is stored at once.
        "s3:PutNew 00000001.json",
        "uc:GetTable finance.raw.risk_factors",
        "storage:Pin",
        "s3:Put source-snapshot.json",
        "uc:GetTable finance.curated.risk_factors_sft",
        "s3:Put job.json",
        "emr:StartJobRun",
        "k8s:PatchStatus finetuneruns",
        "emr:GetJobRun",
        "k8s:PatchStatus finetuneruns",

        // The job is looked at when it moves.
        "k8s:Get datasetgrants",
        "emr:GetJobRun",
        "k8s:PatchStatus finetuneruns",
        "k8s:Get datasetgrants",

        // The manifest is verified and the table registered.
        "emr:GetJobRun",
        "s3:Get manifest.json",
        "uc:GetTable finance.curated.risk_factors_sft",
        "s3:PutNew 00000002.json",
        "uc:CreateTable finance.curated.risk_factors_sft",
        "k8s:PatchStatus finetuneruns",
        "k8s:Event DatasetPrepared",

        // Train. Its name is new, so there is no job to look for.
        "s3:PutNew 00000003.json",
        "s3:Put job.json",
        "sagemaker:CreateTrainingJob",
        "sagemaker:DescribeTrainingJob",
        "k8s:PatchStatus finetuneruns",

        // The job is looked at when it moves.
        "k8s:Get datasetgrants",
        "sagemaker:DescribeTrainingJob",
        "s3:Get progress.json",
        "k8s:PatchStatus finetuneruns",
        "k8s:Get datasetgrants",
        "sagemaker:DescribeTrainingJob",
        "s3:Get progress.json",
        "s3:Get manifest.json",
        "k8s:PatchStatus finetuneruns",
        "k8s:Event ModelTrained",

        // Register: version, files, digest stored, ready, alias.
        "uc:FindVersion",
        "s3:PutNew 00000004.json",
        "s3:Get manifest.json",
        "uc:CreateVersion",
        "s3:PutNew 00000005.json",
        "storage:UploadModel",
        "k8s:PatchStatus finetuneruns",
        "uc:GetVersion",
        "s3:PutNew 00000006.json",
        "uc:FinalizeVersion",
        "s3:PutNew 00000007.json",
        "uc:SetAlias",
        "k8s:PatchStatus finetuneruns",
        "k8s:Event ModelRegistered",

        // RecordLineage: two jobs, four edges, and the outcome.
        "s3:PutNew 00000008.json",
        "uc:UpsertObject",
        "uc:UpsertObject",
        "uc:UpsertEdge",
        "uc:UpsertEdge",
        "uc:UpsertEdge",
        "uc:UpsertEdge",
        "s3:PutNew 00000009.json",
        "k8s:PatchStatus finetuneruns",
        "k8s:Event LineageRecorded",
        "k8s:Event Succeeded",
    ];

    private void Print(IReadOnlyList<string> calls)
    {
        var cloud = calls.Count(c => !c.StartsWith("k8s:", StringComparison.Ordinal));
        var writes = calls.Count(c => c.StartsWith("k8s:Patch", StringComparison.Ordinal));
        var events = calls.Count(c => c.StartsWith("k8s:Event", StringComparison.Ordinal));
        var reads = calls.Count(c => c.StartsWith("k8s:Get", StringComparison.Ordinal));
        string[] lines =
        [
            .. calls.Select((c, i) => $"{i + 1,3} {c}"),
            $"One whole run, at the ports: {cloud} cloud calls (floor {CloudFloor}), {writes} Kubernetes writes (floor {KubernetesFloor}), {events} events, {reads} Kubernetes reads (floor 0).",
        ];
        foreach (var line in lines)
        {
            output.WriteLine(line);
            Console.WriteLine(line);
        }
    }
}
