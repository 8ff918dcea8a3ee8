using System.Globalization;
using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Aws;

/// <summary>An account whose jobs really run, as tiny programs: a bucket that their role may use, and one that it may not.</summary>
public abstract class JobProcesses : IAsyncLifetime
{
    private protected AwsAccount Aws { get; private set; } = null!;

    /// <summary>The folder that stands for the training image.</summary>
    private protected string Image { get; } = Directory.CreateTempSubdirectory("sandbox-image-").FullName;

    private protected string Application { get; private set; } = "";

    public Task InitializeAsync() => StartAsync(TimeProvider.System);

    public async Task DisposeAsync()
    {
        await Aws.DisposeAsync();
        Directory.Delete(Image, recursive: true);
    }

    /// <summary>The role that jobs run as.</summary>
    private protected string Role { get; private set; } = "";

    private protected const string CredentialsProgram =
        """
        import datetime, hashlib, hmac, json, os, urllib.request
        def credentials():
            r = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]})
            return json.load(urllib.request.urlopen(r))
        def call(method, path):
            c = credentials()
            base = os.environ["AWS_ENDPOINT_URL"]
            now = datetime.datetime.now(datetime.timezone.utc)
            at, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
            headers = {"host": base.split("//")[1], "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": at, "x-amz-security-token": c["Token"]}
            names = ";".join(headers)
            canonical = "\n".join([method, path, "", *(f"{k}:{v}" for k, v in headers.items()), "", names, "UNSIGNED-PAYLOAD"])
            scope = f"{day}/{os.environ['AWS_REGION']}/s3/aws4_request"
            key = ("AWS4" + c["SecretAccessKey"]).encode()
            for part in scope.split("/"): key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            text = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(canonical.encode()).hexdigest()])
            headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={c['AccessKeyId']}/{scope}, SignedHeaders={names}, Signature={hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
            try:
                with urllib.request.urlopen(urllib.request.Request(base + path, method=method, headers=headers)) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as e:
                return e.code, e.read().decode()

        """;

    private protected static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private protected async Task StartAsync(TimeProvider clock, TimeSpan? credentialLifetime = null)
    {
        Aws = await AwsAccount.StartAsync(clock, images: new Dictionary<string, string> { ["trainer:1"] = Image }, credentialLifetime: credentialLifetime);
        _ = await Aws.S3.PutBucketAsync("artifacts");
        _ = await Aws.S3.PutBucketAsync("governed");
        Role = await Aws.RoleAsync("job", ("s3:*", "arn:aws:s3:::artifacts/*"), ("s3:ListBucket", "arn:aws:s3:::artifacts"));
        Application = (await Aws.EmrAsync("POST", "/applications", new { clientToken = "a", releaseLabel = "emr-7.12.0", type = "SPARK" })).Ok()["applicationId"]!.GetValue<string>();
    }

    private protected static async Task<int[]> PidsAsync(string file)
    {
        await Eventually.True(() => File.Exists(file));
        return [.. (await File.ReadAllTextAsync(file)).Split(' ').Select(p => int.Parse(p, CultureInfo.InvariantCulture))];
    }

    private protected static bool IsGone(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
