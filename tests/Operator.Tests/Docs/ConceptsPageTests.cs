using System.Text.RegularExpressions;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Runs.Stages.Authorize;
using GovernedFinetune.Operator.Runs.Stages.Preprocess;
using GovernedFinetune.Operator.Runs.Stages.RecordLineage;
using GovernedFinetune.Operator.Runs.Stages.Register;
using GovernedFinetune.Operator.Runs.Stages.Train;

namespace GovernedFinetune.Operator.Tests.Docs;

public sealed partial class ConceptsPageTests
{
    private static readonly string Page = Repository.Read("docs/concepts.md");

    [Fact]
    public void The_diagram_has_every_phase_and_no_other()
    {
        var diagram = Diagram().Match(Page).Groups["text"].Value;
        var states = Transition().Matches(diagram).SelectMany(m => new[] { m.Groups["from"].Value, m.Groups["to"].Value }).Where(s => s is not ("[*]" or "stage"));

        Assert.Equal(Enum.GetNames<FineTuneRunPhase>().Order(), states.Distinct().Order());
    }

    [Fact]
    public void The_table_has_the_stages_in_their_order_with_their_conditions()
    {
        IStage[] stages = [new AuthorizeStage(), new PreprocessStage(), new TrainStage(), new RegisterStage(), new RecordLineageStage()];

        Assert.Equal(
            stages.Select(s => (s.Phase.ToString(), s.Condition)),
            StageRow().Matches(Page).Select(m => (m.Groups["phase"].Value, m.Groups["condition"].Value)));
    }

    [Fact]
    public void The_table_has_the_deadlines_that_the_stages_set()
    {
        var spec = new FineTuneRunSpec { Preprocessing = new() { Timeout = "2h" }, Training = new() { MaxRuntime = "6h" } };

        Assert.Equal(
            [TimeSpan.FromDays(7), TimeSpan.FromHours(2 + 13), TimeSpan.FromHours(6 + 6), TimeSpan.FromHours(12), TimeSpan.FromDays(3)],
            new IStage[] { new AuthorizeStage(), new PreprocessStage(), new TrainStage(), new RegisterStage(), new RecordLineageStage() }.Select(s => s.Deadline(spec)));
        Assert.Equal(
            ["7 days", "`preprocessing.timeout` + 13 h", "`training.maxRuntime` or `spot.maxWait` + 6 h", "12 h", "3 days"],
            StageRow().Matches(Page).Select(m => m.Groups["longest"].Value));
    }

    [GeneratedRegex(@"```mermaid\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Diagram();

    [GeneratedRegex(@"^ +(?<from>\w+|\[\*\]) --> (?<to>\w+|\[\*\])", RegexOptions.Multiline)]
    private static partial Regex Transition();

    [GeneratedRegex(@"^\| (?<phase>\w+) \| .* \| `(?<condition>\w+)` \| (?<longest>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex StageRow();
}
