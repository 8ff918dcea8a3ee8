using System.Text;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Audit;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Audit;

public class AuditTrailTests
{
    private const string Folder = $"s3://artifacts/finetune/audit/credit-risk/risk-summariser/{Samples.Uid}";
    private readonly FakeCloud _cloud = new(new FakeTimeProvider(Samples.Start), Samples.Cloud);
    private readonly RunScope _scope;

    public AuditTrailTests() => _scope = new RunScope(Samples.Run(), new FineTuneRunStatus(), Samples.Profile, _cloud.Services, Samples.Checked(Samples.Start));

    private static AuditEvent Event(string action, AuditKind kind = AuditKind.Effect) => new(kind, action, "t", 1, null, new Dictionary<string, string>());

    private async Task<AuditStatus> AppendAsync(AuditTrail trail, AuditEvent happened)
    {
        _scope.Status.Audit = await trail.AppendAsync(_scope, happened, Samples.Start, CancellationToken.None);
        return _scope.Status.Audit;
    }

    [Fact]
    public async Task Lines_follow_one_another_and_the_status_has_the_head()
    {
        var trail = new AuditTrail("actor");
        _ = await AppendAsync(trail, Event("A"));
        var status = await AppendAsync(trail, Event("B"));
        Assert.Equal((Folder, 2L), (status.Uri, status.Entries!.Value));
        Assert.Null((await AuditFiles.VerifyAsync(_cloud.State, status.HeadDigest)).Problem);
        Assert.Equal(["s3:PutNew 00000001.json", "s3:PutNew 00000002.json"], _cloud.Calls.Made);
    }

    [Fact]
    public async Task The_same_event_twice_in_a_row_is_one_line_and_no_call()
    {
        var trail = new AuditTrail("actor");
        var first = await AppendAsync(trail, Event("A"));
        Assert.Equal(first, await AppendAsync(trail, Event("A")));
        Assert.Single(_cloud.Calls.Made);
    }

    [Fact]
    public async Task Two_writers_make_one_chain()
    {
        var (one, other) = (new AuditTrail("one"), new AuditTrail("other"));
        _ = await one.AppendAsync(_scope, Event("A"), Samples.Start, CancellationToken.None);
        _ = await other.AppendAsync(_scope, Event("B"), Samples.Start, CancellationToken.None);
        _ = await one.AppendAsync(_scope, Event("C"), Samples.Start, CancellationToken.None);
        var head = await other.AppendAsync(_scope, Event("D"), Samples.Start, CancellationToken.None);
        Assert.Equal(["A", "B", "C", "D"], AuditFiles.Lines(_cloud.State).Select(l => l.Action));
        Assert.Null((await AuditFiles.VerifyAsync(_cloud.State, head.HeadDigest)).Problem);
    }

    [Fact]
    public async Task A_line_whose_answer_was_lost_is_found_again()
    {
        var trail = new AuditTrail("actor");
        _cloud.Calls.Fault = new Fault((i, _) => i == 0, FaultPoint.AnswerLost, _ => OperatorException.Transient(Reasons.ServiceUnavailable, "lost"));
        _ = await Assert.ThrowsAsync<OperatorException>(() => AppendAsync(trail, Event("A")));
        Assert.Equal(1, (await AppendAsync(trail, Event("A"))).Entries);
        Assert.Equal(["A"], AuditFiles.Lines(_cloud.State).Select(l => l.Action));
    }

    [Theory]
    [InlineData(false, "has disappeared")]
    [InlineData(true, "was tampered with")]
    public async Task A_record_that_was_touched_is_not_continued(bool changed, string says)
    {
        _ = await AppendAsync(new AuditTrail("actor"), Event("A"));
        var objects = _cloud.State.Objects;
        var line = $"{Folder}/00000001.json";
        _cloud.State = _cloud.State with
        {
            Objects = changed ? objects.SetItem(line, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(objects[line]).Replace("\"A\"", "\"X\"", StringComparison.Ordinal))) : objects.Remove(line),
        };
        var refused = await Assert.ThrowsAsync<OperatorException>(() => AppendAsync(new AuditTrail("actor"), Event("B")));
        Assert.Equal((FailureKind.Terminal, Reasons.Conflict), (refused.Kind, refused.Reason));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Contains(line, refused.Message, StringComparison.Ordinal);
    }
}
