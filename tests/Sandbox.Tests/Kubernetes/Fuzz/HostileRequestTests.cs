using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes.Fuzz;

/// <summary>
/// Whatever is sent, the server answers soon and in good form, and what it refuses changes nothing. FsCheck makes the
/// requests and simplifies one that fails. <c>FUZZ_SECONDS</c> makes the run longer; <c>FUZZ_SEED</c> repeats one.
/// </summary>
public sealed class HostileRequestTests(ITestOutputHelper output)
{
    private const int Usual = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_request_makes_the_server_fail_hang_or_change_what_it_refused_to(int seed)
    {
        var seconds = Number("FUZZ_SECONDS");
        seed = Number("FUZZ_SEED") ?? (seconds is null ? seed : Environment.TickCount + seed);
        await using var cluster = await TestCluster.WithWidgetsAsync();
        _ = await cluster.CreateWidgetAsync("one", w => w["spec"]!["parts"] = JsonNode.Parse("""[{"name":"x"}]"""));
        var ended = Stopwatch.StartNew();
        var sent = 0;
        var answers = new SortedDictionary<int, int>();
        var property = Prop.ForAll(Arb.From(Requests, request => request.Simpler()), async request =>
        {
            if (seconds is { } limit && ended.Elapsed > TimeSpan.FromSeconds(limit))
            {
                return;
            }

            sent++;
            var status = await JudgeAsync(cluster, request);
            answers[status] = answers.GetValueOrDefault(status) + 1;
        });
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(seconds is null ? Usual : seconds.Value * 1000)
            .WithStartSize(1)
            .WithEndSize(12)
            .WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd((ulong)seed, 0x9E3779B97F4A7C15), FSharpOption<int>.None)));
        try
        {
            // FsCheck waits for each request by itself, so it is kept off xunit's own threads.
            await Task.Run(() => Check.One(config, property));
        }
        finally
        {
            var spread = string.Join(", ", answers.Select(a => $"{a.Key}: {a.Value}"));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"FUZZ_SEED={seed}: {sent} requests in {ended.Elapsed.TotalSeconds:0.0} s; answers {spread}"));
        }

        Assert.Equal(200, (await cluster.GetAsync(TestCluster.Widgets)).Status);
    }

    private static async Task<int> JudgeAsync(TestCluster cluster, HostileRequest request)
    {
        var before = await RevisionAsync(cluster);
        using var patience = new CancellationTokenSource(Patience);
        using var message = request.Message(cluster.Api.BaseAddress);
        HttpResponseMessage response;
        try
        {
            response = await cluster.Client.SendAsync(message, patience.Token);
        }
        catch (HttpRequestException) when (request.Path.Contains("%00", StringComparison.Ordinal))
        {
            // The web server breaks off a request whose path holds a NUL, without reading its body: it reached no handler.
            Assert.Equal(before, await RevisionAsync(cluster));
            return 0;
        }

        using var _ = response;
        var text = await response.Content.ReadAsStringAsync(patience.Token);
        var status = (int)response.StatusCode;
        Assert.True(status is >= 200 and < 500 or 504, $"{status} {text}");
        if (status >= 400 && text.Length > 0)
        {
            var answer = JsonNode.Parse(text);
            Assert.Equal(("Status", "Failure", status), (answer!["kind"]?.ToString(), answer["status"]?.ToString(), answer["code"]?.GetValue<int>()));
            Assert.False(string.IsNullOrWhiteSpace(answer["message"]?.ToString()), text);
        }
        else if (status >= 400)
        {
            // Refused by the web server, before the API sees it: a head that is no HTTP has no body to answer in.
            Assert.True(status is 400 or 414 or 431 || request.Method == "HEAD", $"{status} without a body");
        }

        var isDryRun = request.Query.Contains("dryRun=All") && request.Query.All(q => !q.StartsWith("dryRun=", StringComparison.Ordinal) || q == "dryRun=All");
        if (status >= 400 || isDryRun || request.Method is "GET" or "HEAD")
        {
            Assert.Equal(before, await RevisionAsync(cluster));
        }

        return status;
    }

    /// <summary>The store's revision, which every change raises.</summary>
    private static async Task<string?> RevisionAsync(TestCluster cluster)
    {
        var list = await cluster.GetAsync($"{TestCluster.Widgets}?limit=1");
        Assert.True(list.Status == 200, list.Text);
        return list.At("metadata.resourceVersion");
    }

    private static Gen<HostileRequest> Requests =>
        from target in Targets
        from query in Gen.ListOf(Parameter).Resize(3)
        from headers in Gen.Frequency((4, Gen.Constant<List<(string, string)>>([])), (1, Gen.ListOf(Gen.Elements(HostileValues.Headers)).Resize(2)))
        from mediaType in Gen.Elements(HostileValues.MediaTypes)
        from source in Gen.Elements(HostileValues.Sources)
        from edits in Gen.ListOf(Edits)
        from damage in Gen.Frequency((12, Gen.Constant(Damage.None)), (3, Gen.Elements(Enum.GetValues<Damage>())))
        from http2 in Gen.Elements(true, false)
        select new HostileRequest(target.Method, target.Path, [.. target.Query, .. query], headers, mediaType, source, edits, damage, http2);

    private static Gen<(string Method, string Path, string[] Query)> Targets => Gen.Frequency(
        (12,
            from method in Gen.Elements(HostileValues.Methods)
            from collection in Gen.Elements(HostileValues.Collections)
            from name in Gen.Frequency((3, Gen.Constant("one")), (2, Gen.Elements(HostileValues.Names)))
            from status in Gen.Frequency((5, Gen.Constant("")), (1, Gen.Constant("/status")))
            select (method, method is "POST" ? collection : $"{collection}/{name}{status}", Array.Empty<string>())),
        (3,
            from method in Gen.Elements("GET", "POST", "PUT", "PATCH")
            from collection in Gen.Elements(HostileValues.Foundations)
            from name in Gen.Elements("widgets.demo.example.com", "gadgets.demo.example.com", "default", "fuzzed")
            select (method, method == "POST" ? collection : $"{collection}/{name}", method == "POST" ? [] : new[] { "dryRun=All" })),
        (2,
            from method in Gen.Elements("GET", "DELETE", "POST")
            from collection in Gen.Elements(HostileValues.Collections)
            select (method, collection, Array.Empty<string>())),
        (2,
            from parts in Gen.ListOf(Gen.Elements([.. HostileValues.Texts, "api", "apis", "v1", "namespaces", "default", "demo.example.com", "widgets", "openapi", "version", "healthz"])).Resize(8)
            select ("GET", "/" + string.Join('/', parts).Replace(' ', '+'), Array.Empty<string>())));

    private static Gen<string> Parameter =>
        from name in Gen.Elements(HostileValues.Parameters)
        from value in Gen.Elements(HostileValues.Texts)
        select $"{name}={value.Replace(' ', '+')}";

    private static Gen<Edit> Edits =>
        from at in Gen.Choose(0, 10_000)
        from value in Gen.Elements(HostileValues.Values)
        select new Edit(at, value);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
