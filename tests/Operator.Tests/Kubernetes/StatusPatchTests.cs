using System.Text.Json.Nodes;
using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Tests.Fakes;
using k8s;

namespace GovernedFinetune.Operator.Tests.Kubernetes;

public class StatusPatchTests
{
    private static JsonNode Json(object value) => JsonNode.Parse(KubernetesJson.Serialize(value))!;

    [Fact]
    public async Task The_patch_between_any_two_statuses_of_a_run_makes_the_one_into_the_other()
    {
        // The statuses of a long life, in every order: members come, go and change in each of them.
        using var world = await Scenarios.SuspendAndResume().ToEndAsync();
        using var failed = await Scenarios.RevokedInTraining().ToEndAsync();
        FineTuneRunStatus[] all = [new(), .. world.Stored, .. failed.Stored];
        foreach (var before in all)
        {
            foreach (var after in all)
            {
                var patch = StatusPatch.Between(before, after);
                var result = patch is null ? Json(before) : MergePatch.Apply(Json(before), patch);
                Assert.True(JsonNode.DeepEquals(Json(after), result), $"{patch?.ToJsonString()} makes {result?.ToJsonString()} of {Json(before).ToJsonString()}");
                Assert.Equal(StatusPatch.Same(before, after), patch is null);
            }
        }
    }

    [Fact]
    public void A_member_that_goes_becomes_an_explicit_null_and_what_stays_is_not_sent()
    {
        var before = new FineTuneRunStatus { Attempt = 1, NextAttemptAt = Samples.Start.UtcDateTime, Training = new TrainingStatus { JobName = "a", Arn = "b" } };
        var after = new FineTuneRunStatus { Attempt = 1, Training = new TrainingStatus { JobName = "a" } };
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"nextAttemptAt":null,"training":{"arn":null}}"""), StatusPatch.Between(before, after)));
    }

    [Fact]
    public void A_list_is_sent_whole()
    {
        var before = new FineTuneRunStatus { Lineage = new LineageStatus { ExternalObjects = ["a", "b"] } };
        var after = new FineTuneRunStatus { Lineage = new LineageStatus { ExternalObjects = ["a"] } };
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"lineage":{"externalObjects":["a"]}}"""), StatusPatch.Between(before, after)));
    }

    [Fact]
    public void Nothing_before_is_a_patch_with_everything() =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"attempt":2}"""), StatusPatch.Between(null, new FineTuneRunStatus { Attempt = 2 })));

    [Fact]
    public void A_copy_shares_nothing_with_its_original()
    {
        var original = new FineTuneRunStatus { Conditions = [new Condition { Type = "Ready", Status = "False" }], Training = new TrainingStatus { JobName = "a" } };
        var copy = StatusPatch.Copy(original);
        copy.Conditions![0].Status = "True";
        copy.Training!.JobName = "b";
        Assert.Equal(("False", "a"), (original.Conditions[0].Status, original.Training.JobName));
    }
}
