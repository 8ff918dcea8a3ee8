using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Http;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>What CreateTrainingJob asks beyond the shape of single members.</summary>
internal static class TrainingRules
{
    // Types with NVMe storage of their own encrypt it themselves, and take no key.
    private static readonly string[] LocalStorage = ["g4dn", "g5", "g6", "g6e", "g7e", "p3dn", "p4d", "p4de", "p5", "p5e", "p5en", "r5d", "trn1", "trn1n", "trn2"];

    /// <exception cref="AwsException">The request does not make a classic training job.</exception>
    public static void Check(JsonObject request)
    {
        foreach (var needed in (ReadOnlySpan<string>)["AlgorithmSpecification", "ResourceConfig", "StoppingCondition"])
        {
            Require(request.Object(needed) is not null, $"{needed} is required for a training job that is not serverless");
        }

        var algorithm = request.Object("AlgorithmSpecification")!;
        Require(algorithm.ContainsKey("TrainingImage") != algorithm.ContainsKey("AlgorithmName"),
            "AlgorithmSpecification must have exactly one of TrainingImage and AlgorithmName");

        var resources = request.Object("ResourceConfig")!;
        foreach (var needed in (ReadOnlySpan<string>)["InstanceType", "InstanceCount", "VolumeSizeInGB"])
        {
            Require(resources[needed] is not null, $"ResourceConfig.{needed} is required");
        }

        var family = resources.Text("InstanceType")!.Split('.')[1];
        Require(!resources.ContainsKey("VolumeKmsKeyId") || !LocalStorage.Contains(family),
            $"ResourceConfig.VolumeKmsKeyId cannot be given for {resources.Text("InstanceType")}, which has local storage");

        CheckTimes(request);
        CheckNames(request);
        _ = FinalMetrics.From(algorithm);
        _ = TagList.From(request["Tags"] as JsonArray);
        CheckUri(request.Object("OutputDataConfig")!.Text("S3OutputPath")!, "OutputDataConfig.S3OutputPath");
        if (request.Object("CheckpointConfig")?.Text("S3Uri") is { } checkpoints)
        {
            CheckUri(checkpoints, "CheckpointConfig.S3Uri");
        }
    }

    private static void CheckTimes(JsonObject request)
    {
        var times = request.Object("StoppingCondition")!;
        var runtime = times.Number("MaxRuntimeInSeconds") ?? 86400;
        Require(runtime <= 432_000, $"StoppingCondition.MaxRuntimeInSeconds is {runtime}, above this account's limit of 432000 seconds");
        var wait = times.Number("MaxWaitTimeInSeconds");
        if (request.Flag("EnableManagedSpotTraining"))
        {
            Require(wait is not null, "StoppingCondition.MaxWaitTimeInSeconds is required when EnableManagedSpotTraining is true");
            Require(wait >= runtime, "StoppingCondition.MaxWaitTimeInSeconds must be at least MaxRuntimeInSeconds");
        }
        else
        {
            Require(wait is null, "StoppingCondition.MaxWaitTimeInSeconds is for managed spot training; EnableManagedSpotTraining is not true");
        }
    }

    private static void CheckNames(JsonObject request)
    {
        var channels = (request["InputDataConfig"] as JsonArray ?? []).Select(c => c!.AsObject().Text("ChannelName")!).ToList();
        Require(channels.Distinct().Count() == channels.Count, "InputDataConfig has two channels of the same ChannelName");
    }

    private static void CheckUri(string uri, string member)
    {
        try
        {
            _ = S3Location.Parse(uri);
        }
        catch (FormatException)
        {
            throw AwsException.Validation($"{member} is '{uri}'; it must be an S3 URI, s3://bucket/key.");
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw AwsException.Validation(otherwise + ".");
        }
    }
}
