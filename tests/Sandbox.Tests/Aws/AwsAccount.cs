using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SecurityToken;
using GovernedFinetune.Sandbox.Aws;
using GovernedFinetune.Sandbox.Hosting;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>An account of its own for one test, in a folder of its own.</summary>
internal sealed class AwsAccount : IAsyncDisposable
{
    public const string Region = "us-east-1";
    public const string AccountId = "123456789012";

    private readonly List<IDisposable> _clients = [];

    private AwsAccount(SandboxContext context, AwsApi api, bool keepState)
    {
        Context = context;
        Api = api;
        KeepState = keepState;
        Root = new BasicAWSCredentials(api.RootAccessKeyId, api.RootSecretAccessKey);
        S3 = S3As(Root);
    }

    public SandboxContext Context { get; }

    public AwsApi Api { get; }

    public AWSCredentials Root { get; }

    /// <summary>S3 as the account's root.</summary>
    public AmazonS3Client S3 { get; }

    public string Folder => Context.Options.StateDirectory;

    private bool KeepState { get; }

    public static async Task<AwsAccount> StartAsync(
        TimeProvider? clock = null, string? folder = null, IReadOnlyDictionary<string, string>? images = null, TimeSpan? credentialLifetime = null, bool keepState = false)
    {
        var options = new SandboxOptions
        {
            StateDirectory = folder ?? Directory.CreateTempSubdirectory("sandbox-aws-").FullName,
            TrainingImages = images ?? new Dictionary<string, string>(),
            CredentialLifetime = credentialLifetime ?? TimeSpan.FromHours(1),
        };
        var context = new SandboxContext(options, clock ?? TimeProvider.System);
        return new AwsAccount(context, await AwsApi.StartAsync(context, CancellationToken.None), keepState);
    }

    public AmazonS3Client S3As(AWSCredentials credentials, Action<AmazonS3Config>? configure = null)
    {
        var config = new AmazonS3Config { ServiceURL = Api.BaseAddress.ToString(), AuthenticationRegion = Region, ForcePathStyle = true, MaxErrorRetry = 0 };
        configure?.Invoke(config);
        return Keep(new AmazonS3Client(credentials, config));
    }

    public AmazonSecurityTokenServiceClient StsAs(AWSCredentials credentials) => Keep(new AmazonSecurityTokenServiceClient(
        credentials, new AmazonSecurityTokenServiceConfig { ServiceURL = Api.BaseAddress.ToString(), AuthenticationRegion = Region, MaxErrorRetry = 0 }));

    /// <summary>A client without any signature.</summary>
    public HttpClient Unsigned() => Keep(new HttpClient { BaseAddress = Api.BaseAddress });

    /// <summary>A client that signs as AWS's own SDK does.</summary>
    public HttpClient Signed(string service, AWSCredentials? credentials = null) => Keep(
        new HttpClient(new SigV4SigningHandler(credentials ?? Root, RegionEndpoint.GetBySystemName(Region), service, new HttpClientHandler()))
        {
            BaseAddress = Api.BaseAddress,
        });

    /// <summary>Calls an operation of a JSON 1.1 service.</summary>
    public async Task<AwsAnswer> CallAsync(string target, object input, AWSCredentials? credentials = null)
    {
        var service = target.StartsWith("SageMaker", StringComparison.Ordinal) ? "sagemaker" : "secretsmanager";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("X-Amz-Target", target);
        request.Content = new StringContent(input as string ?? JsonSerializer.Serialize(input), Encoding.UTF8);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        return await AwsAnswer.ReadAsync(await Signed(service, credentials).SendAsync(request));
    }

    public Task<AwsAnswer> SageMakerAsync(string operation, object input, AWSCredentials? credentials = null) =>
        CallAsync("SageMaker." + operation, input, credentials);

    public Task<AwsAnswer> SecretsAsync(string operation, object input, AWSCredentials? credentials = null) =>
        CallAsync("secretsmanager." + operation, input, credentials);

    /// <summary>Calls an operation of EMR Serverless.</summary>
    public async Task<AwsAnswer> EmrAsync(string method, string path, object? input = null, AWSCredentials? credentials = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (input is not null)
        {
            request.Content = new StringContent(input as string ?? JsonSerializer.Serialize(input), Encoding.UTF8, "application/json");
        }

        return await AwsAnswer.ReadAsync(await Signed("emr-serverless", credentials).SendAsync(request));
    }

    /// <summary>Calls an administrator's route.</summary>
    public async Task<JsonNode?> AdminAsync(string path, object body)
    {
        using var response = await AdminResponseAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public async Task<HttpResponseMessage> AdminResponseAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_sandbox" + path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Context.AdminToken);
        return await Unsigned().SendAsync(request);
    }

    /// <summary>Makes a role that may do these things, and returns its ARN.</summary>
    public async Task<string> RoleAsync(string name, params (string Action, string Resource)[] allowed) =>
        await RoleAsync(name, JsonSerializer.SerializeToNode(new
        {
            Version = "2012-10-17",
            Statement = allowed.Select(a => new { Effect = "Allow", a.Action, a.Resource }),
        })!);

    public async Task<string> RoleAsync(string name, JsonNode policy, JsonNode? trust = null) =>
        (await AdminAsync("/roles", new { name, policies = new[] { policy }, trustPolicy = trust }))!["arn"]!.GetValue<string>();

    /// <summary>A key that may do what the role may.</summary>
    public async Task<AWSCredentials> KeyOfAsync(string role)
    {
        var key = (await AdminAsync("/access-keys", new { role }))!;
        return new BasicAWSCredentials(key["accessKeyId"]!.GetValue<string>(), key["secretAccessKey"]!.GetValue<string>());
    }

    /// <summary>A temporary credential with a policy of its own, as the catalog vends one.</summary>
    public AWSCredentials Vend(params (string Action, string Resource)[] allowed) =>
        Vend(new IamPolicy([.. allowed.Select(a => new IamStatement(true, [a.Action], [a.Resource]))]));

    public AWSCredentials Vend(IamPolicy policy, TimeSpan? lifetime = null)
    {
        var credential = Context.Credentials.IssueTemporary($"arn:aws:sts::{AccountId}:assumed-role/vended/test", policy, lifetime ?? TimeSpan.FromHours(1));
        return new SessionAWSCredentials(credential.AccessKeyId, credential.SecretAccessKey, credential.SessionToken);
    }

    public async Task PutAsync(string bucket, string key, string text) =>
        _ = await S3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = text });

    public async Task<string> ReadAsync(string bucket, string key)
    {
        using var response = await S3.GetObjectAsync(bucket, key);
        using var reader = new StreamReader(response.ResponseStream);
        return await reader.ReadToEndAsync();
    }

    public async Task<IReadOnlyList<string>> KeysAsync(string bucket, string prefix) =>
        [.. ((await S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = prefix })).S3Objects ?? []).Select(o => o.Key)];

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Api.DisposeAsync();
        await Context.DisposeAsync();
        if (!KeepState)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private T Keep<T>(T client)
        where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }
}

/// <summary>An answer of a JSON service.</summary>
internal sealed record AwsAnswer(int Status, string? ErrorType, JsonNode Body)
{
    /// <summary>The error code, found as SDKs find it.</summary>
    public string Code => ErrorType ?? Body["__type"]?.GetValue<string>() ?? "";

    public string Message => (Body["message"] ?? Body[nameof(Message)])?.GetValue<string>() ?? "";

    public JsonNode? this[string name] => Body[name];

    public static async Task<AwsAnswer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            Assert.True(response.Headers.Contains("x-amzn-RequestId"));
            var text = await response.Content.ReadAsStringAsync();
            return new AwsAnswer(
                (int)response.StatusCode,
                response.Headers.TryGetValues("x-amzn-ErrorType", out var types) ? types.Single() : null,
                text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
        }
    }

    /// <summary>This answer, when it is a success.</summary>
    public AwsAnswer Ok()
    {
        Assert.True(Status == 200, $"{Status} {Code}: {Message}");
        return this;
    }

    /// <summary>Checks that the answer refuses.</summary>
    public void Refused(int status, string code, string messagePart)
    {
        Assert.Equal((status, code), (Status, Code));
        Assert.Contains(messagePart, Message, StringComparison.Ordinal);
    }
}

/// <summary>Waits for what another process does.</summary>
internal static class Eventually
{
    public static async Task<T> AsyncTrue<T>(Func<Task<T>> look, Func<T, bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    public static Task True(Func<bool> holds) => AsyncTrue(() => Task.FromResult(holds()), seen => seen);
}
