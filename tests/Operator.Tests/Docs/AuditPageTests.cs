using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Audit;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Tests.Docs;

/// <summary>The page promises auditors that they need nothing of ours: its script and its example are tried here.</summary>
public sealed partial class AuditPageTests : IDisposable
{
    private static readonly string Page = Repository.Read("docs/audit.md");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("audit-page-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_example_is_a_line_whose_digest_holds()
    {
        var (line, digest) = AuditLine.Open(Encoding.UTF8.GetBytes(Block("json").TrimEnd('\n')));

        Assert.Equal((1, AuditKind.Effect, "StartPrepareJob"), (line.Sequence, line.Kind, line.Action));
        Assert.NotEmpty(digest);
    }

    [Fact]
    public async Task The_script_accepts_what_the_operator_writes()
    {
        var head = Write(3);

        Assert.Equal((0, ""), await RunScriptAsync(head));
    }

    [Fact]
    public async Task The_script_refuses_a_line_that_was_changed()
    {
        var head = Write(3);
        var second = Path.Combine(_folder.FullName, "00000002.json");
        await File.WriteAllTextAsync(second, (await File.ReadAllTextAsync(second)).Replace("target-2", "target-9", StringComparison.Ordinal));

        Assert.Equal((1, "BROKEN at 00000002.json\n"), await RunScriptAsync(head));
    }

    [Fact]
    public async Task The_script_refuses_a_record_with_a_gap()
    {
        var head = Write(3);
        File.Delete(Path.Combine(_folder.FullName, "00000002.json"));

        Assert.Equal((1, "BROKEN at 00000003.json\n"), await RunScriptAsync(head));
    }

    [Fact]
    public async Task The_script_refuses_a_record_that_was_cut_off()
    {
        var head = Write(3);
        File.Delete(Path.Combine(_folder.FullName, "00000003.json"));

        var (code, text) = await RunScriptAsync(head);
        Assert.Equal(1, code);
        Assert.EndsWith($"expected {head}\n", text, StringComparison.Ordinal);
    }

    /// <summary>Writes a record as the operator does and gives its head. Its texts are not plain ASCII, as people's are not.</summary>
    private string Write(int lines)
    {
        string? previous = null;
        for (var n = 1; n <= lines; n++)
        {
            var grant = new AuditGrant("risk", "uid", "sha256:ab", null, "principal", "Prüfung ‚MRM-1042‘ \"digest\":\"x\"");
            var line = new AuditLine(
                1, n, DateTimeOffset.UnixEpoch, "operator/pod", new AuditRun("uid", "space", "run"), 1, AuditKind.Effect, "Do", $"target-{n}",
                grant, new Dictionary<string, string> { ["baseModel"] = "größe/模型" }, previous);
            (var text, previous) = line.Seal();
            File.WriteAllBytes(Path.Combine(_folder.FullName, $"{n:D8}.json"), text);
        }

        return previous!;
    }

    private async Task<(int Code, string Error)> RunScriptAsync(string head)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", Block("python"), _folder.FullName, head])
        {
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        })!;
        var error = await python.StandardError.ReadToEndAsync(limit.Token);
        await python.WaitForExitAsync(limit.Token);
        return (python.ExitCode, error);
    }

    private static string Block(string language) => Fence().Matches(Page).Single(m => m.Groups["language"].Value == language).Groups["text"].Value;

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
