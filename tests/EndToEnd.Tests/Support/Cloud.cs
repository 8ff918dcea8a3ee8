using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.EMRServerless;
using Amazon.EMRServerless.Model;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>The sandbox's catalog and AWS, as their administrator and the account's root.</summary>
internal sealed class Cloud(JsonNode endpoints, string principal, string emrApplication)
{
    private readonly AWSCredentials _root = new BasicAWSCredentials(Text(endpoints, "rootAccessKeyId"), Text(endpoints, "rootSecretAccessKey"));

    public static async Task<Cloud> OfAsync(string state)
    {
        var endpoints = await ReadAsync(state, "endpoints.json");
        var world = await ReadAsync(state, "world.json");
        var config = await ReadAsync(state, "operator.json");
        return new Cloud(endpoints, Text(world, "principal"), Text(config["profiles"]![0]!["emr"]!, "applicationId"));
    }

    /// <summary>The application id of the profile's service principal.</summary>
    public string Principal => principal;

    /// <summary>The sandbox's administrator at one of its services, <c>catalog</c> or <c>aws</c>.</summary>
    public HttpClient Administrator(string service)
    {
        var client = new HttpClient { BaseAddress = new Uri(Text(endpoints, service)) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Text(endpoints, "adminToken"));
        return client;
    }

    public AmazonS3Client S3() => new(_root, At(new AmazonS3Config { ForcePathStyle = true }));

    public AmazonSageMakerClient SageMaker() => new(_root, At(new AmazonSageMakerConfig()));

    public async Task<string> TrainingJobStatusAsync(string name)
    {
        using var sagemaker = SageMaker();
        return (await sagemaker.DescribeTrainingJobAsync(new DescribeTrainingJobRequest { TrainingJobName = name })).TrainingJobStatus.Value;
    }

    /// <summary>The name of every preparation job that was ever started.</summary>
    public async Task<IReadOnlyList<string>> PrepareJobNamesAsync()
    {
        using var emr = new AmazonEMRServerlessClient(_root, At(new AmazonEMRServerlessConfig()));
        var names = new List<string>();
        var request = new ListJobRunsRequest { ApplicationId = emrApplication };
        do
        {
            var page = await emr.ListJobRunsAsync(request);
            names.AddRange(page.JobRuns.Select(run => run.Name));
            request.NextToken = page.NextToken;
        }
        while (request.NextToken is not null);

        return names;
    }

    /// <summary>Grants or revokes privileges of the service principal, as a data steward does in the catalog.</summary>
    public async Task ChangePrivilegesAsync(string type, string name, string[] add, string[] remove)
    {
        using var catalog = Administrator("catalog");
        var changes = new { changes = new[] { new { principal, add, remove } } };
        using var answer = await catalog.PatchAsJsonAsync($"/api/2.1/unity-catalog/permissions/{type}/{name}", changes);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Takes a service of the sandbox away until the answer is disposed of.</summary>
    public async Task<IAsyncDisposable> AwayAsync(string service)
    {
        var aws = Administrator("aws");
        using var answer = await aws.PutAsync($"/_sandbox/outages/{service}", null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return new Outage(aws);
    }

    private static async Task<JsonNode> ReadAsync(string state, string file) => JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(state, file)))!;

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private T At<T>(T config)
        where T : ClientConfig
    {
        config.ServiceURL = Text(endpoints, "aws");
        config.AuthenticationRegion = Text(endpoints, "region");
        return config;
    }

    private sealed class Outage(HttpClient aws) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var answer = await aws.DeleteAsync("/_sandbox/outages");
            aws.Dispose();
        }
    }
}
