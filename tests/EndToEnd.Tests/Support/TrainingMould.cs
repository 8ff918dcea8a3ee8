using System.Globalization;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>A run whose training job is under way; each cast gets a job and documents of its own.</summary>
internal sealed class TrainingMould : Mould, IDisposable
{
    private readonly AmazonSageMakerClient _sagemaker;
    private readonly AmazonS3Client _s3;
    private readonly DescribeTrainingJobResponse _job;

    private TrainingMould(KubernetesHttp kubernetes, RunView real, AmazonSageMakerClient sagemaker, AmazonS3Client s3, DescribeTrainingJobResponse job)
        : base(kubernetes, real) => (_sagemaker, _s3, _job) = (sagemaker, s3, job);

    /// <summary>Starts the run, whose job hangs, and takes its mould.</summary>
    public static async Task<TrainingMould> MakeAsync(World world, KubernetesHttp kubernetes, string name)
    {
        await ScriptedJobs.PrepareAsync(world, $"^{name}-", seconds: 0);
        await ScriptedJobs.AddAsync(world, new { service = "sagemaker", match = $"^{name}-", outcome = "Hang" });
        var real = await MakeAsync(world, Manifests.Run(name), run => run.IsTraining);
        var sagemaker = world.Cloud.SageMaker();
        var job = await sagemaker.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = JobName(real.Status!) });
        return new TrainingMould(kubernetes, real, sagemaker, world.Cloud.S3(), job);
    }

    /// <summary>Has a run's job say how far it is.</summary>
    public Task PutProgressAsync(RunView run, int step)
    {
        var progress = new JsonObject
        {
            ["step"] = step,
            ["totalSteps"] = 1000,
            ["epoch"] = step / 1000.0,
            ["percent"] = step / 10,
            ["etaSeconds"] = 60,
            ["trainLoss"] = 2.5,
            ["evalLoss"] = 2.5,
        };
        return PutAsync(new Uri(For(run, _job.Environment["GOVERNED_JOB_URI"]).Replace("/job.json", "/progress.json", StringComparison.Ordinal)), progress.ToJsonString());
    }

    public void Dispose()
    {
        _sagemaker.Dispose();
        _s3.Dispose();
    }

    protected override async Task PrepareAsync(RunView cast, JsonNode status)
    {
        await CopyAsync(cast, Real.Status!["preprocessing"]!["manifestUri"]!.GetValue<string>());
        await CopyAsync(cast, _job.Environment["GOVERNED_JOB_URI"]);
        _ = await _sagemaker.CreateTrainingJobAsync(new CreateTrainingJobRequest
        {
            TrainingJobName = JobName(status),
            AlgorithmSpecification = _job.AlgorithmSpecification,
            RoleArn = _job.RoleArn,
            OutputDataConfig = new OutputDataConfig { S3OutputPath = For(cast, _job.OutputDataConfig.S3OutputPath), CompressionType = _job.OutputDataConfig.CompressionType },
            ResourceConfig = _job.ResourceConfig,
            StoppingCondition = _job.StoppingCondition,
            Environment = _job.Environment.ToDictionary(e => e.Key, e => For(cast, e.Value)),
        });
        // A record cannot be copied to another run: its lines name the run and are chained. The cast begins one of its own.
        _ = status.AsObject().Remove("audit");
        var started = await _sagemaker.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = JobName(status) });
        status["training"]!["startedAt"] = started.TrainingStartTime!.Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    private static string JobName(JsonNode status) => status["training"]!["jobName"]!.GetValue<string>();

    private async Task CopyAsync(RunView cast, string uri)
    {
        var from = new Uri(uri);
        using var found = await _s3.GetObjectAsync(from.Host, from.AbsolutePath.TrimStart('/'));
        using var reader = new StreamReader(found.ResponseStream);
        await PutAsync(new Uri(For(cast, uri)), For(cast, await reader.ReadToEndAsync()));
    }

    private Task PutAsync(Uri to, string text) =>
        _s3.PutObjectAsync(new PutObjectRequest { BucketName = to.Host, Key = to.AbsolutePath.TrimStart('/'), ContentBody = text, ContentType = "application/json" });
}
