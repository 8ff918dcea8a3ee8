using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;

namespace GovernedFinetune.Entities.Tests;

/// <summary>
/// KubeOps puts a finalizer on with a PUT of the whole typed object. Were its spec to come back otherwise than it was
/// read, the immutability rules would refuse the PUT and the run would never start.
/// </summary>
public sealed class WriteBackTests
{
    public static TheoryData<string> Files => [.. SampleFiles.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void Writing_an_object_back_leaves_its_spec_as_it_was(string file)
    {
        foreach (var document in SampleFiles.Documents(file).Where(document => document.ContainsKey("spec")))
        {
            var resource = SchemaWalk.Resources.Single(candidate => candidate.Kind == (string)document["kind"]);
            SchemaDefaults.Apply(resource.Schema, document);
            var stored = JsonSerializer.SerializeToNode(document)!;

            object typed = resource.Kind == "FineTuneRun"
                ? KubernetesJson.Deserialize<FineTuneRun>(stored.ToJsonString())
                : KubernetesJson.Deserialize<DatasetGrant>(stored.ToJsonString());
            var written = JsonNode.Parse(KubernetesJson.Serialize(typed))!;

            Assert.True(JsonNode.DeepEquals(stored["spec"], written["spec"]), $"read    {stored["spec"]!.ToJsonString()}\nwritten {written["spec"]!.ToJsonString()}");
            Assert.Equal("{}", written["status"]!.ToJsonString());
        }
    }

    [Fact]
    public void Defaults_of_the_server_reach_into_objects_that_were_left_out()
    {
        var document = SampleFiles.Documents("run.yaml").Single();

        SchemaDefaults.Apply(SchemaWalk.Run.Schema, document);

        var run = KubernetesJson.Deserialize<FineTuneRun>(JsonSerializer.Serialize(document));
        Assert.Equal(2, run.Spec.Retry.Limit);
        Assert.Equal(100, run.Spec.Training.VolumeSizeGB);
        Assert.Equal(DeletionPolicy.Cancel, run.Spec.OnDelete);
        Assert.False(run.Spec.Suspend);
    }
}
