using System.Text;
using System.Text.Json.Nodes;
using GovernedFinetune.Operator.Audit;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Audit;

public class AuditLineTests
{
    private static readonly AuditGrant Grant = new("risk-factors", "uid", "sha256:aa", Samples.Start.UtcDateTime, Samples.Principal, "MRM-1042 \"quoted\" <purpose>");

    private static readonly AuditLine Line = new(
        1, 7, Samples.Start, "actor", new AuditRun(Samples.Uid, "credit-risk", "risk-summariser"), 1, AuditKind.Effect, "CreateTrainingJob", "train-1",
        Grant, new Dictionary<string, string> { ["digest"] = "sha256:decoy", ["ünï"] = "名前\n" }, "sha256:before");

    [Fact]
    public void A_sealed_line_opens_to_what_was_sealed()
    {
        var (text, digest) = Line.Seal();
        var (opened, same) = AuditLine.Open(text);
        Assert.Equal(digest, same);
        Assert.Equal(Line.Seal().Digest, opened.Seal().Digest);
        Assert.Equal("名前\n", opened.Detail["ünï"]);
    }

    [Fact]
    public void The_digest_is_the_last_member_and_is_that_of_the_text_before_it()
    {
        var text = Encoding.UTF8.GetString(Line.Seal().Text);
        var members = JsonNode.Parse(text)!.AsObject().Select(m => m.Key).ToList();
        Assert.Equal("digest", members[^1]);

        var body = text[..text.LastIndexOf(",\"digest\":", StringComparison.Ordinal)] + "}";
        Assert.Equal("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(body))), (string?)JsonNode.Parse(text)!["digest"]);
    }

    [Fact]
    public void No_single_character_can_be_changed()
    {
        var text = Line.Seal().Text;
        for (var i = 0; i < text.Length; i++)
        {
            var changed = (byte[])text.Clone();
            changed[i] ^= 1;
            _ = Assert.Throws<FormatException>(() => AuditLine.Open(changed));
        }
    }

    [Fact]
    public void No_single_character_can_be_dropped_or_added()
    {
        var text = Line.Seal().Text;
        for (var i = 0; i < text.Length; i++)
        {
            _ = Assert.Throws<FormatException>(() => AuditLine.Open([.. text[..i], .. text[(i + 1)..]]));
            _ = Assert.Throws<FormatException>(() => AuditLine.Open([.. text[..i], (byte)' ', .. text[i..]]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"digest":"sha256:00"}""")]
    public void What_is_not_a_line_is_refused_with_a_reason(string text)
    {
        var problem = Assert.Throws<FormatException>(() => AuditLine.Open(Encoding.UTF8.GetBytes(text)));
        Assert.NotEmpty(problem.Message);
    }

    /// <summary>Whoever can write to the bucket can seal anything: it must still not be taken for a line.</summary>
    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"schemaVersion":1,"sequence":1}""")]
    [InlineData("""{"schemaVersion":1,"sequence":1,"time":"2026-11-24T10:00:00+00:00","actor":"a","run":null,"attempt":1,"kind":"Effect","action":"a","target":"t","grant":null,"detail":{},"previous":null}""")]
    [InlineData("""{"schemaVersion":1,"sequence":1,"time":"2026-11-24T10:00:00+00:00","actor":"a","run":{"uid":"u","namespace":"n","name":"x"},"attempt":1,"kind":"Nonsense","action":"a","target":"t","grant":null,"detail":{},"previous":null}""")]
    public void A_text_that_is_sealed_well_and_lacks_a_member_is_refused(string body)
    {
        var digest = "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        var separator = body == "{}" ? "" : ",";
        _ = Assert.Throws<FormatException>(() => AuditLine.Open(Encoding.UTF8.GetBytes($"{body[..^1]}{separator}\"digest\":\"{digest}\"}}")));
    }

    [Fact]
    public void The_same_event_again_is_a_repetition_and_one_that_relies_on_another_check_is_not()
    {
        var again = new AuditEvent(Line.Kind, Line.Action, Line.Target, Line.Attempt, Grant, new Dictionary<string, string>());
        Assert.True(Line.Repeats(again));
        Assert.True(Line.Repeats(again with { Grant = Grant with { CheckedAt = Samples.Start.AddMinutes(4).UtcDateTime } }));
        Assert.False(Line.Repeats(again with { Grant = Grant with { Digest = "sha256:bb" } }));
        Assert.False(Line.Repeats(again with { Grant = null }));
        Assert.False(Line.Repeats(again with { Attempt = 2 }));
        Assert.False(Line.Repeats(again with { Target = "train-2" }));
        Assert.False(Line.Repeats(again with { Kind = AuditKind.Outcome }));
        Assert.True((Line with { Kind = AuditKind.Outcome }).Repeats(again with { Kind = AuditKind.Outcome, Grant = null }));
    }
}
