using GovernedFinetune.Operator.Runs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages.Authorize;
using GovernedFinetune.Operator.Runs.Stages.RecordLineage;
using GovernedFinetune.Operator.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Operator.Tests.Runs;

public class AuthorizeAndLineageDecisionTests
{
    private static (RunScope Scope, FakeCloud Cloud) Open(CatalogTable? table, Action<Entities.FineTuneRunSpec>? change = null)
    {
        var state = table is null ? new CloudState() : Samples.Cloud with { Tables = Samples.Cloud.Tables.SetItem(Samples.Source, table) };
        var cloud = new FakeCloud(new FakeTimeProvider(Samples.Start), state);
        return (new RunScope(Samples.Run(change), Seen.Status(s => s.Source = null), Samples.Profile, cloud.Services, Samples.Checked(Samples.Start)), cloud);
    }

    public static TheoryData<string, string, string> Obstacles => new()
    {
        { "missing", "Fail TableNotFound", Samples.Source },
        { "view", "Fail TableNotReadable", "VIEW" },
        { "row filter", "Fail TableNotReadable", "row filter" },
        { "column mask", "Fail TableNotReadable", "column mask" },
        { "format", "Fail TableNotReadable", "CSV" },
        { "good", "Done", "sha256:9c1d" },
        { "managed", "Done", "sha256:9c1d" },
        { "delta", "Done", "sha256:9c1d" },
    };

    [Theory]
    [MemberData(nameof(Obstacles))]
    public async Task Each_source_table_is_pinned_or_refused_with_what_is_wrong_with_it(string table, string expected, string says)
    {
        var good = Samples.Table();
        var (scope, _) = Open(table switch
        {
            "missing" => null,
            "view" => good with { TableType = "VIEW", Format = "", Location = "" },
            "row filter" => good with { HasRowFilter = true },
            "column mask" => good with { HasColumnMask = true },
            "format" => good with { Format = "CSV" },
            "managed" => good with { TableType = "MANAGED" },
            "delta" => good with { Format = "DELTA" },
            _ => good,
        });
        var decision = await new AuthorizeStage().DecideAsync(scope, Samples.Start, CancellationToken.None);
        Assert.Equal(expected, Seen.Of(decision));
        Assert.Contains(says, Seen.Message(decision), StringComparison.Ordinal);
        Assert.Equal(expected == "Done", scope.Status.Source is not null);
    }

    [Fact]
    public async Task An_instance_type_that_the_profile_does_not_allow_is_refused_before_anything_is_asked()
    {
        var (scope, cloud) = Open(Samples.Table(), spec => spec.Training.InstanceType = "ml.p5.48xlarge");
        var decision = await new AuthorizeStage().DecideAsync(scope, Samples.Start, CancellationToken.None);
        Assert.Equal("Fail InstanceTypeNotAllowed", Seen.Of(decision));
        Assert.Contains("ml.p5.48xlarge", Seen.Message(decision), StringComparison.Ordinal);
        Assert.Contains("ml.g5.2xlarge", Seen.Message(decision), StringComparison.Ordinal);
        Assert.Empty(cloud.Calls.Made);
    }

    [Fact]
    public async Task Authorize_has_no_effect_of_its_own()
    {
        var (scope, cloud) = Open(Samples.Table());
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new AuthorizeStage().ActAsync(scope, new DeliverLineage("m"), Samples.Start, CancellationToken.None));
        Assert.Empty(cloud.Calls.Made);
    }

    [Fact]
    public async Task Lineage_is_delivered_until_it_is_recorded()
    {
        var (scope, _) = Open(Samples.Table());
        var stage = new RecordLineageStage();
        stage.Enter(scope, Samples.Start);
        Assert.Equal("Do DeliverLineage", Seen.Of(await stage.DecideAsync(scope, Samples.Start, CancellationToken.None)));

        scope.Status.Lineage!.RecordedAt = Samples.Start.UtcDateTime;
        Assert.Equal("Done", Seen.Of(await stage.DecideAsync(scope, Samples.Start, CancellationToken.None)));
    }
}
