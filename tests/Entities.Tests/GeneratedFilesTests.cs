using System.Text;
using GovernedFinetune.CrdGenerator;
using k8s;
using k8s.Models;

namespace GovernedFinetune.Entities.Tests;

public sealed class GeneratedFilesTests
{
    [Fact]
    public void Committed_files_are_what_the_generator_writes()
    {
        var stale = GeneratedFiles.All()
            .Where(file => !File.Exists(Repository.PathOf(file.Path)) || Repository.Read(file.Path) != file.Text)
            .Select(file => file.Path);

        Assert.True(!stale.Any(), $"run `make generate` and commit: {string.Join(", ", stale)}");
    }

    [Fact]
    public void Nothing_else_lies_between_the_generated_definitions()
    {
        var expected = GeneratedFiles.All().Select(file => Path.GetFileName(file.Path)).Where(name => name.EndsWith(".yaml", StringComparison.Ordinal));
        var present = Directory.GetFiles(Repository.PathOf("config/crds")).Select(Path.GetFileName);

        Assert.Equal(expected.Order(), present.Order());
    }

    [Fact]
    public void Two_runs_write_the_same_bytes() => Assert.Equal(GeneratedFiles.All().ToArray(), GeneratedFiles.All().ToArray());

    [Fact]
    public void Every_definition_is_far_below_the_size_that_an_annotation_can_hold()
    {
        // `kubectl apply` copies the manifest into an annotation; all annotations together may have 256 KiB.
        Assert.All(Definitions(), text => Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, 64 * 1024));
    }

    [Fact]
    public void Kubernetes_own_types_read_the_definitions_without_an_unknown_field()
    {
        var read = Definitions()
            .Select(text => KubernetesYaml.Deserialize<V1CustomResourceDefinition>(text, strict: true))
            .ToDictionary(definition => definition.Metadata.Name);

        Assert.Equal(["datasetgrants.governedfinetune.io", "finetuneruns.governedfinetune.io"], read.Keys.Order());
        Assert.All(read.Values, definition =>
        {
            Assert.Equal("apiextensions.k8s.io/v1", definition.ApiVersion);
            Assert.Equal("governedfinetune.io", definition.Spec.Group);
            Assert.Equal("Namespaced", definition.Spec.Scope);
            Assert.Equal(["governed"], definition.Spec.Names.Categories);
            var version = Assert.Single(definition.Spec.Versions);
            Assert.Equal("v1alpha1", version.Name);
            Assert.True(version.Served);
            Assert.True(version.Storage);
            Assert.NotNull(version.Subresources.Status);
            Assert.NotNull(version.Schema.OpenAPIV3Schema.Properties["spec"]);
        });
        Assert.Equal(["ftr"], read["finetuneruns.governedfinetune.io"].Spec.Names.ShortNames);
        Assert.Equal(["dg"], read["datasetgrants.governedfinetune.io"].Spec.Names.ShortNames);
    }

    [Theory]
    [InlineData("datasetgrants", "- \"True\"\n")]
    [InlineData("datasetgrants", "- \"False\"\n")]
    [InlineData("finetuneruns", "default: \"0.05\"\n")]
    [InlineData("finetuneruns", "default: false\n")]
    [InlineData("finetuneruns", "default: 1024\n")]
    public void Values_keep_their_type_in_yaml(string plural, string line) =>
        Assert.Contains(line, Repository.Read($"config/crds/{plural}.governedfinetune.io.yaml"), StringComparison.Ordinal);

    private static IEnumerable<string> Definitions() =>
        GeneratedFiles.All().Where(file => file.Path.EndsWith(".yaml", StringComparison.Ordinal)).Select(file => file.Text);
}
