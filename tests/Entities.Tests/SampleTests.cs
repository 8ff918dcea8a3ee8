using System.Text.RegularExpressions;
using GovernedFinetune.CrdGenerator.Schema;
using k8s;
using k8s.Models;

namespace GovernedFinetune.Entities.Tests;

public sealed class SampleTests
{
    public static TheoryData<string> Files => [.. SampleFiles.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void Samples_satisfy_the_schema_with_no_unknown_field(string file)
    {
        var violations = SampleFiles.Documents(file).Where(document => Schema(document) is not null)
            .SelectMany(document => SchemaCheck.Violations(Schema(document)!.Schema, document, file));

        Assert.Empty(violations);
    }

    [Fact]
    public void Runs_of_the_samples_keep_to_the_rules_across_fields()
    {
        var runs = Runs().ToList();

        Assert.Equal(["risk-summariser", "sotu-denied", "sotu-style"], runs.Select(run => run.Metadata.Name).Order());
        Assert.All(runs, run =>
        {
            Assert.NotEqual(run.Spec.Source.Table, run.Spec.Preprocessing.OutputTable);
            Assert.True(run.Spec.Training.Spot is not { } spot
                || KubernetesDuration.Parse(spot.MaxWait) >= KubernetesDuration.Parse(run.Spec.Training.MaxRuntime));
            Assert.True(run.Spec.Model.Id.StartsWith("builtin/", StringComparison.Ordinal) || Regex.IsMatch(run.Spec.Model.Revision, "^[0-9a-f]{40}$"));
        });
    }

    [Fact]
    public void Every_run_of_the_samples_has_a_grant_that_covers_it()
    {
        var grants = Objects<DatasetGrant>().ToDictionary(grant => (grant.Metadata.NamespaceProperty, grant.Metadata.Name));

        Assert.All(Runs(), run =>
        {
            var grant = grants[(run.Metadata.NamespaceProperty, run.Spec.Grant)];
            Assert.Equal(grant.Spec.Profile, run.Spec.Profile);
            Assert.Contains(run.Spec.Source.Table, grant.Spec.Tables);
            Assert.Contains(SchemaOf(run.Spec.Preprocessing.OutputTable), grant.Spec.WriteSchemas);
            Assert.Contains(SchemaOf(run.Spec.Registry.Model), grant.Spec.ModelSchemas);
        });
    }

    [Fact]
    public void Samples_name_no_principal_of_anybody() =>
        Assert.All(Objects<DatasetGrant>(), grant => Assert.Equal("SERVICE_PRINCIPAL_ID", grant.Spec.Principal));

    [Theory]
    [InlineData("spec.source.tabel", "finance.raw.sotu", "unknown")]
    [InlineData("spec.training.instanceCount", "one", "not of type integer")]
    [InlineData("spec.training.instanceCount", 0L, "out of range")]
    [InlineData("spec.preprocessing.validationFraction", 0.05, "not of type string")]
    [InlineData("spec.dryRun", "yes", "not of type boolean")]
    [InlineData("spec.training.hyperparameters.epochs", 1L, "not of type string")]
    public void A_mistake_in_a_sample_is_refused_with_its_field(string path, object value, string expected)
    {
        var document = SampleFiles.Documents("run.yaml").Single();
        var names = path.Split('.');
        var parent = names[..^1].Aggregate((IDictionary<string, object>)document, (node, name) => (IDictionary<string, object>)node[name]);
        parent[names[^1]] = value;

        var violation = Assert.Single(SchemaCheck.Violations(SchemaWalk.Run.Schema, document, "run"));

        Assert.StartsWith($"run.{path}", violation, StringComparison.Ordinal);
        Assert.Contains(expected, violation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grant")]
    [InlineData("source")]
    [InlineData("preprocessing")]
    [InlineData("model")]
    [InlineData("training")]
    [InlineData("registry")]
    public void A_run_without_a_required_part_is_refused(string part)
    {
        var document = SampleFiles.Documents("run.yaml").Single();
        ((IDictionary<string, object>)document["spec"]).Remove(part);

        Assert.Equal([$"run.spec.{part}: required"], SchemaCheck.Violations(SchemaWalk.Run.Schema, document, "run"));
    }

    private static string SchemaOf(string fullName) => fullName[..fullName.LastIndexOf('.')];

    private static IEnumerable<FineTuneRun> Runs() => Objects<FineTuneRun>();

    private static IEnumerable<T> Objects<T>() => SampleFiles.Names
        .SelectMany(file => KubernetesYaml.LoadAllFromString(Repository.Read($"config/samples/{file}"), Kinds, strict: true))
        .OfType<T>();

    private static Dictionary<string, Type> Kinds => new()
    {
        ["governedfinetune.io/v1alpha1/FineTuneRun"] = typeof(FineTuneRun),
        ["governedfinetune.io/v1alpha1/DatasetGrant"] = typeof(DatasetGrant),
        ["v1/Namespace"] = typeof(V1Namespace),
    };

    private static CustomResource? Schema(Dictionary<string, object> document) =>
        SchemaWalk.Resources.SingleOrDefault(resource => resource.Kind == (string)document["kind"]);
}
