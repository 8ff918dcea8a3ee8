using GovernedFinetune.Operator.Audit;
using GovernedFinetune.Operator.Hosting;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Audit;

public sealed class AuditVerifierTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("audit");
    private readonly List<string> _digests = [];

    public AuditVerifierTests()
    {
        for (var sequence = 1; sequence <= 4; sequence++)
        {
            Write(sequence, Line(sequence, _digests.LastOrDefault()));
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static AuditLine Line(int sequence, string? previous, string uid = Samples.Uid) => new(
        1, sequence, Samples.Start, "actor", new AuditRun(uid, "credit-risk", "risk-summariser"), 1, AuditKind.Effect, $"Action{sequence}", "t",
        null, new Dictionary<string, string>(), previous);

    private string At(int sequence) => Path.Combine(_folder.FullName, FormattableString.Invariant($"{sequence:D8}.json"));

    private void Write(int sequence, AuditLine line)
    {
        var (text, digest) = line.Seal();
        File.WriteAllBytes(At(sequence), text);
        _digests.Add(digest);
    }

    private Task<AuditVerification> VerifyAsync(string? head = null) => AuditVerifier.VerifyAsync(_folder.FullName, head, CancellationToken.None);

    [Fact]
    public async Task A_whole_record_holds_and_its_head_is_told()
    {
        Assert.Equal(new AuditVerification(4, _digests[^1], null), await VerifyAsync());
        Assert.Null((await VerifyAsync(_digests[^1])).Problem);

        // The model version quotes the head of the time when it was created: later lines are no harm.
        Assert.Null((await VerifyAsync(_digests[1])).Problem);
    }

    [Theory]
    [InlineData("changed", 1, "00000002.json")]
    [InlineData("dropped", 1, "00000003.json")]
    [InlineData("first dropped", 0, "00000002.json")]
    [InlineData("swapped", 1, "00000002.json")]
    [InlineData("inserted", 2, "00000003.json")]
    [InlineData("rewritten", 2, "00000003.json")]
    [InlineData("another run", 3, "00000004.json")]
    [InlineData("empty", 3, "00000004.json")]
    [InlineData("stray", 4, "notes.json")]
    public async Task Whatever_is_done_to_a_line_is_noticed_at_that_line(string deed, int good, string names)
    {
        switch (deed)
        {
            case "changed":
                await File.WriteAllTextAsync(At(2), (await File.ReadAllTextAsync(At(2))).Replace("Action2", "ActionX", StringComparison.Ordinal));
                break;
            case "dropped":
                File.Delete(At(2));
                break;
            case "first dropped":
                File.Delete(At(1));
                break;
            case "swapped":
                (var a, var b) = (await File.ReadAllBytesAsync(At(2)), await File.ReadAllBytesAsync(At(3)));
                await File.WriteAllBytesAsync(At(2), b);
                await File.WriteAllBytesAsync(At(3), a);
                break;
            case "inserted":
                File.Move(At(4), At(5));
                File.Move(At(3), At(4));
                Write(3, Line(3, _digests[1]) with { Action = "Forged" });
                break;
            case "rewritten":
                Write(2, Line(2, _digests[0]) with { Action = "Forged" });
                break;
            case "another run":
                Write(4, Line(4, _digests[2], uid: "another-uid"));
                break;
            case "empty":
                await File.WriteAllTextAsync(At(4), "");
                break;
            case "stray":
                await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "notes.json"), "{}");
                break;
        }

        var verification = await VerifyAsync();
        Assert.NotNull(verification.Problem);
        var expected = deed == "inserted" ? (3L, "00000004.json") : (good, names);
        Assert.Equal(expected.Item1, verification.Lines);
        Assert.Contains(expected.Item2, verification.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_cut_off_at_the_end_are_noticed_by_the_head_that_is_quoted_elsewhere()
    {
        var head = _digests[^1];
        File.Delete(At(4));
        Assert.Null((await VerifyAsync()).Problem);
        Assert.Contains(head, (await VerifyAsync(head)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_lines_is_no_record()
    {
        foreach (var file in _folder.GetFiles())
        {
            file.Delete();
        }

        Assert.Contains("no audit lines", (await VerifyAsync()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_answers_with_its_exit_code_and_one_line()
    {
        await using var output = new StringWriter();
        Assert.Equal(0, await AuditCommand.VerifyAsync(new Command.VerifyAudit(_folder.FullName, null), output, CancellationToken.None));
        Assert.Equal($"OK: 4 lines, head {_digests[^1]}", output.ToString().Trim());

        File.Delete(At(2));
        await using var broken = new StringWriter();
        Assert.Equal(1, await AuditCommand.VerifyAsync(new Command.VerifyAudit(_folder.FullName, null), broken, CancellationToken.None));
        Assert.StartsWith("BROKEN after 1 good lines: 00000003.json", broken.ToString(), StringComparison.Ordinal);

        var missing = Path.Combine(_folder.FullName, "nowhere");
        var problem = await Assert.ThrowsAsync<ConfigurationException>(() =>
            AuditCommand.VerifyAsync(new Command.VerifyAudit(missing, null), TextWriter.Null, CancellationToken.None));
        Assert.Contains(missing, problem.Message, StringComparison.Ordinal);
    }
}
