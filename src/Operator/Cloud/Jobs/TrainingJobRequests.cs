using System.Globalization;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Cloud.Jobs;

/// <summary>Makes SageMaker's request of a run's.</summary>
internal static class TrainingJobRequests
{
    /// <summary>What a number looks like in the trainer's metric lines.</summary>
    private const string Number = "([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)";

    /// <summary>The request. Without a retry strategy: the run's own attempts are the only ones, so that each has its own job.</summary>
    public static CreateTrainingJobRequest ToCreate(TrainingJobRequest request, TrainingProfile profile) => new()
    {
        TrainingJobName = request.Name,
        RoleArn = profile.RoleArn,
        AlgorithmSpecification = new AlgorithmSpecification
        {
            TrainingImage = profile.Image,
            TrainingInputMode = TrainingInputMode.File,
            MetricDefinitions =
            [
                new MetricDefinition { Name = "train_loss", Regex = $"metric train_loss={Number}" },
                new MetricDefinition { Name = "eval_loss", Regex = $"metric eval_loss={Number}" },
            ],
        },
        // Plain files, not an archive: what goes into the catalog is copied file by file.
        OutputDataConfig = new OutputDataConfig
        {
            S3OutputPath = request.OutputPath.ToString(),
            CompressionType = OutputCompressionType.NONE,
            KmsKeyId = profile.OutputKmsKeyId,
        },
        ResourceConfig = new ResourceConfig
        {
            InstanceType = request.InstanceType,
            InstanceCount = request.InstanceCount,
            VolumeSizeInGB = request.VolumeSizeGB,
            VolumeKmsKeyId = profile.VolumeKmsKeyId,
        },
        StoppingCondition = new StoppingCondition
        {
            MaxRuntimeInSeconds = Seconds(request.MaxRuntime),
            MaxWaitTimeInSeconds = request.MaxWait is { } wait ? Seconds(wait) : null,
        },
        EnableManagedSpotTraining = request.MaxWait is null ? null : true,
        CheckpointConfig = request.CheckpointUri is null ? null : new CheckpointConfig { S3Uri = request.CheckpointUri.ToString() },
        VpcConfig = profile.Subnets.Count == 0 ? null : new VpcConfig
        {
            Subnets = [.. profile.Subnets],
            SecurityGroupIds = [.. profile.SecurityGroupIds],
        },
        Environment = new Dictionary<string, string>
        {
            [JobEnvironment.JobUri] = request.JobDocument.ToString(),
            [JobEnvironment.RunUid] = request.RunUid,
            [JobEnvironment.RunAttempt] = request.Attempt.ToString(CultureInfo.InvariantCulture),
        },
        Tags = [.. request.Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })],
    };

    private static int Seconds(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);
}
