using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.Runtime;
using GovernedFinetune.Operator.Catalog.Auth;
using GovernedFinetune.Operator.Catalog.Http;
using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Cloud.Jobs;
using GovernedFinetune.Operator.Cloud.Secrets;
using GovernedFinetune.Operator.Cloud.Storage;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Tests.Catalog;
using GovernedFinetune.Operator.Tests.Cloud;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>A process without the lease makes no call: no way out leads past the fence.</summary>
public sealed class OutboundTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(Replica.Start);
    private readonly Fence _fence;
    private readonly Wire _wire = new();
    private readonly Counter _tries;
    private readonly AwsClients _aws;
    private readonly ReplicaIdentity _me = Replica.Named("pod_1");

    public OutboundTests()
    {
        _fence = new Fence(Replica.Options, _me, _clock);
        _tries = new Counter(new OutboundGate(_fence, _me, _wire));
        _aws = ClientsOf(null);
    }

    public void Dispose()
    {
        _aws.Dispose();
        _tries.Dispose();
    }

    private AwsClients ClientsOf(string? role) => new(
        new AwsProfile(FakeAws.Region, role), new EndpointOverrides(name => name == "AWS_ENDPOINT_URL" ? "https://aws.test" : null), _clock, new FakeAws.Factory(_tries), new BasicAWSCredentials("k", "s"));

    private AwsCaller Caller => new(new AwsProfile(FakeAws.Region, null), new ApiRateLimits(_clock));

    private HttpClient Http => new(_tries, disposeHandler: false);

    private Task Call(string way) => way switch
    {
        "read a table" => new CatalogClient(Http, FakeCatalog.Host, new FakeCatalog.FixedToken(_clock), _clock)
            .ReadAsync<object>(CatalogCall.Get("/thing", "read thing"), CancellationToken.None),
        "get a token" => new TokenEndpoint(Http, FakeCatalog.Host, _clock).RequestAsync(new ClientCredentials("id", "secret"), CancellationToken.None),
        "read a secret" => new SecretReader(_aws.Secrets, Caller).ReadAsync("s", CancellationToken.None),
        "assume a role" => new SecretReader(ClientsOf("arn:aws:iam::111111111111:role/operator").Secrets, Caller).ReadAsync("s", CancellationToken.None),
        "list training jobs" => new SageMakerTrainingJobs(_aws.SageMaker, Caller, Samples.Profile.Training, _clock).ListChangedAsync(_clock.GetUtcNow(), CancellationToken.None),
        "read a preparation job" => new EmrPrepareJobs(_aws.Emr, Caller, Samples.Profile.Emr, _clock).GetAsync("00f1", CancellationToken.None),
        "write an artifact" => new ArtifactStore(_aws.S3, Caller).PutAsync(new S3Location("a", "b"), new byte[10], "application/json", CancellationToken.None),
        "write an audit line" => new ArtifactStore(_aws.S3, Caller).PutNewAsync(new S3Location("a", "b"), new byte[10], "application/json", CancellationToken.None),
        "write with vended keys" => PutAsync(),
        _ => throw new ArgumentException(way),
    };

    private async Task PutAsync()
    {
        using var s3 = _aws.CreateS3(new SessionAWSCredentials("k", "s", "t"));
        _ = await Caller.SendAsync(new AwsCall("s3:PutObject", "s3://g/x"), t => s3.PutObjectAsync(new() { BucketName = "governed", Key = "x", ContentBody = "x" }, t), CancellationToken.None);
    }

    public static TheoryData<string> Ways =>
    [
        "read a table", "get a token", "read a secret", "assume a role", "list training jobs", "read a preparation job", "write an artifact", "write an audit line",
        "write with vended keys",
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Without_the_lease_nothing_is_sent_and_nothing_is_tried_again(string way)
    {
        await Failing.WithAsync(FailureKind.Fenced, Reasons.NotLeading, () => Call(way));
        Assert.Equal((1, 0), (_tries.Count, _wire.Requests.Count));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_call_that_breaks_because_the_lease_ran_out_is_not_repeated_and_blames_nobody(string way)
    {
        _fence.Renewed(_fence.Now);
        _wire.Meets = () =>
        {
            _clock.Advance(Replica.Options.RenewDeadline);
            throw new HttpRequestException("Connection reset", new IOException("Connection reset"));
        };
        await Failing.WithAsync(FailureKind.Fenced, Reasons.NotLeading, () => Call(way));
        Assert.Single(_wire.Requests);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Each_of_the_sdks_own_retries_passes_the_fence(string way)
    {
        _fence.Renewed(_fence.Now);
        _wire.Meets = () =>
        {
            _fence.Close();
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("") };
        };
        _ = await Assert.ThrowsAsync<OperatorException>(() => Call(way));
        Assert.Single(_wire.Requests);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Every_request_says_which_replica_sends_it(string way)
    {
        _fence.Renewed(_fence.Now);
        _wire.Meets = () => new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("") };
        _ = await Record.ExceptionAsync(() => Call(way));
        Assert.StartsWith(_me.UserAgent, _wire.Requests[0], StringComparison.Ordinal);
        Assert.Matches(@"\Agoverned-finetune-operator/[0-9.]+ \(pod_1\)( aws-sdk-dotnet.*)?\z", _wire.Requests[0]);
    }

    [Fact]
    public async Task The_fence_is_passed_after_the_wait_for_a_rate_limit()
    {
        _fence.Renewed(_fence.Now);
        _wire.Meets = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        var jobs = new SageMakerTrainingJobs(_aws.SageMaker, Caller, Samples.Profile.Training, _clock);
        for (var burst = 0; burst < 2; burst++)
        {
            _ = await jobs.ListChangedAsync(_clock.GetUtcNow(), CancellationToken.None);
        }

        var waiting = jobs.ListChangedAsync(_clock.GetUtcNow(), CancellationToken.None);
        _fence.Close();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Failing.WithAsync(FailureKind.Fenced, Reasons.NotLeading, () => waiting);
        Assert.Equal(2, _wire.Requests.Count);
    }

    [Fact]
    public async Task Nothing_of_a_call_reaches_the_wire_after_the_fence_has_closed_while_it_was_made()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = ReadAllAsync(listener);
        using (var outbound = new OutboundHttp(_fence, _me))
        using (var http = outbound.CreateClient())
        {
            _fence.Renewed(_fence.Now);
            using var body = new Stopped(_fence);
            var failure = await Assert.ThrowsAsync<OperatorException>(() => http.PostAsync(new Uri($"http://{listener.LocalEndpoint}/jobs"), body));
            Assert.Equal(FailureKind.Fenced, failure.Kind);
        }

        var seen = await server.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("before", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("after", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_in_time_goes_over_the_wire_and_back()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var outbound = new OutboundHttp(_fence, _me);
        using var http = outbound.CreateClient();
        _fence.Renewed(_fence.Now);
        var asking = http.GetStringAsync(new Uri($"http://{listener.LocalEndpoint}/"));
        using (var connection = await listener.AcceptTcpClientAsync())
        {
            var stream = connection.GetStream();
            _ = await stream.ReadAtLeastAsync(new byte[4096], 1);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
            Assert.Equal("ok", await asking);
        }
    }

    private static async Task<string> ReadAllAsync(TcpListener listener)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        using var seen = new MemoryStream();
        try
        {
            await connection.GetStream().CopyToAsync(seen);
        }
        catch (IOException)
        {
            // Reset is as good an end.
        }

        return Encoding.ASCII.GetString(seen.ToArray());
    }

    /// <summary>A body that is half sent when its process is stopped.</summary>
    private sealed class Stopped(Fence fence) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("before"u8.ToArray());
            await stream.FlushAsync();
            fence.Close();
            await stream.WriteAsync("after"u8.ToArray());
            await stream.FlushAsync();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>Counts how often a client tried.</summary>
    private sealed class Counter(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public int Count { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>What lies behind the fence.</summary>
    private sealed class Wire : HttpMessageHandler
    {
        public List<string> Requests { get; } = [];

        public Func<HttpResponseMessage> Meets { get; set; } = () => throw new InvalidOperationException("The test expects no call.");

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(string.Join(' ', request.Headers.GetValues("User-Agent")));
            var answer = Meets();
            answer.RequestMessage = request;
            return Task.FromResult(answer);
        }
    }
}
