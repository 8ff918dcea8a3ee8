using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>
/// What is <c>/opt/ml</c> in a container, as a folder of the sandbox: configuration and data in, model and output out
/// (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html).
/// </summary>
internal sealed class TrainingFolder(string root, TrainingJob job)
{
    private const string Host = "algo-1";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Value of <c>SAGEMAKER_BASE_DIR</c>.</summary>
    public string Base => Path.Combine(root, "opt", "ml");

    public string Home => root;

    public string Model => Path.Combine(Base, "model");

    public string Checkpoints => Path.Combine(Base, "checkpoints");

    private string Output => Path.Combine(Base, "output");

    private string Config => Path.Combine(Base, "input", "config");

    private IEnumerable<JsonObject> Channels => (job.Request["InputDataConfig"] as JsonArray ?? []).Select(c => c!.AsObject());

    private S3Location? CheckpointUri => job.Request.Object("CheckpointConfig")?.Text("S3Uri") is { } uri ? S3Location.Parse(uri.TrimEnd('/')) : null;

    public LogFile LogOf(string name, Action<string> onLine) => new(Path.Combine(root, name), onLine);

    /// <summary>Makes the folders and writes the three configuration files.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(root))
        {
            // Of a job of this name that was deleted, or that an earlier sandbox ran.
            Directory.Delete(root, recursive: true);
        }

        foreach (var folder in (string[])[Model, Checkpoints, Path.Combine(Output, "data"), Config, Path.Combine(Base, "input", "data"), Path.Combine(Base, "code")])
        {
            _ = Directory.CreateDirectory(folder);
        }

        var channels = new JsonObject();
        foreach (var channel in Channels)
        {
            channels[channel.Text("ChannelName")!] = new JsonObject
            {
                ["TrainingInputMode"] = channel.Text("InputMode") ?? job.Request.Object("AlgorithmSpecification")!.Text("TrainingInputMode"),
                ["S3DistributionType"] = channel.Object("DataSource")!.Object("S3DataSource")?.Text("S3DataDistributionType") ?? "FullyReplicated",
                ["RecordWrapperType"] = channel.Text("RecordWrapperType") ?? "None",
            }.With("ContentType", channel.Text("ContentType"));
        }

        var instance = job.Request.Object("ResourceConfig")!.Text("InstanceType");
        await WriteConfigAsync("hyperparameters.json", job.Request["HyperParameters"]?.DeepClone() ?? new JsonObject(), cancellationToken);
        await WriteConfigAsync("inputdataconfig.json", channels, cancellationToken);
        await WriteConfigAsync("resourceconfig.json", new JsonObject
        {
            ["current_host"] = Host,
            ["hosts"] = new JsonArray(Host),
            ["current_instance_type"] = instance,
            ["current_group_name"] = "homogeneousCluster",
            ["instance_groups"] = new JsonArray(new JsonObject
            {
                ["instance_group_name"] = "homogeneousCluster",
                ["instance_type"] = instance,
                ["hosts"] = new JsonArray(Host),
            }),
            ["network_interface_name"] = "lo",
        }, cancellationToken);
    }

    /// <summary>Brings the channels' data and the checkpoints of an earlier job, as the job's role.</summary>
    public async Task DownloadAsync(RoleStorage storage, CancellationToken cancellationToken)
    {
        foreach (var channel in Channels)
        {
            var name = channel.Text("ChannelName")!;
            if (channel.Object("DataSource")!.Object("S3DataSource") is not { } source || source.Text("S3DataType") != "S3Prefix")
            {
                throw new NotSupportedException($"Channel '{name}': the sandbox reads S3DataSource with S3DataType S3Prefix only.");
            }

            var folder = Path.Combine(Base, "input", "data", name);
            _ = Directory.CreateDirectory(folder);
            await storage.DownloadAllAsync(S3Location.Parse(source.Text("S3Uri")!), folder, cancellationToken);
        }

        if (CheckpointUri is { } checkpoints)
        {
            await storage.DownloadAllAsync(checkpoints.Below(""), Checkpoints, cancellationToken);
        }
    }

    /// <summary>The container's variables, over those that every job has.</summary>
    public void Describe(Dictionary<string, string> environment)
    {
        environment["SAGEMAKER_BASE_DIR"] = Base;
        environment["SM_MODEL_DIR"] = Model;
        environment["SM_OUTPUT_DIR"] = Output;
        environment["SM_OUTPUT_DATA_DIR"] = Path.Combine(Output, "data");
        environment["SM_INPUT_DIR"] = Path.Combine(Base, "input");
        environment["SM_INPUT_CONFIG_DIR"] = Config;
        environment["SM_HPS"] = (job.Request["HyperParameters"] ?? new JsonObject()).ToJsonString();
        environment["SM_CURRENT_HOST"] = Host;
        environment["SM_HOSTS"] = $"[\"{Host}\"]";
        environment["SM_NUM_GPUS"] = "0";
        environment["TRAINING_JOB_NAME"] = job.Name;
        environment["TRAINING_JOB_ARN"] = job.Arn;
        environment["SM_CHANNELS"] = new JsonArray([.. Channels.Select(c => (JsonNode)c.Text("ChannelName")!)]).ToJsonString();
        foreach (var channel in Channels.Select(c => c.Text("ChannelName")!))
        {
            environment[$"SM_CHANNEL_{channel.ToUpperInvariant()}"] = Path.Combine(Base, "input", "data", channel);
        }

        foreach (var (name, value) in job.Request.TextMap("Environment"))
        {
            environment[name] = value;
        }
    }

    /// <summary>What the algorithm says of its failure; null when it left nothing.</summary>
    public async Task<string?> FailureAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(Output, "failure");
        if (!File.Exists(file))
        {
            return null;
        }

        using var reader = new StreamReader(file);
        var text = new char[1024];
        var length = await reader.ReadBlockAsync(text, cancellationToken);
        return new string(text, 0, length).Trim();
    }

    /// <summary>Saves the checkpoints, whatever became of the job.</summary>
    public Task UploadCheckpointsAsync(RoleStorage storage, CancellationToken cancellationToken) => CheckpointUri is { } checkpoints
        ? storage.UploadAllAsync(Checkpoints, checkpoints, cancellationToken)
        : Task.CompletedTask;

    /// <summary>Uploads the model: its files as they are, or packed into <c>model.tar.gz</c>; and output data, packed, when there is any.</summary>
    public async Task UploadModelAsync(RoleStorage storage, CancellationToken cancellationToken)
    {
        if (job.IsPacked)
        {
            await UploadPackedAsync(storage, Model, "model.tar.gz", cancellationToken);
        }
        else
        {
            await storage.UploadAllAsync(Model, job.Output.Below("model"), cancellationToken);
        }

        if (Directory.EnumerateFileSystemEntries(Path.Combine(Output, "data")).Any())
        {
            await UploadPackedAsync(storage, Path.Combine(Output, "data"), "output.tar.gz", cancellationToken);
        }
    }

    private async Task UploadPackedAsync(RoleStorage storage, string folder, string name, CancellationToken cancellationToken)
    {
        var file = Path.Combine(root, name);
        await using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        {
            await TarFile.CreateFromDirectoryAsync(folder, packed, includeBaseDirectory: false, cancellationToken);
        }

        await storage.UploadAsync(file, job.Output.Below(name), cancellationToken);
    }

    private Task WriteConfigAsync(string name, JsonNode content, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(Path.Combine(Config, name), content.ToJsonString(Indented), cancellationToken);
}
