using System.Xml.Linq;
using GovernedFinetune.CrdGenerator.Schema;

namespace GovernedFinetune.Entities.Tests;

public sealed class SchemaReaderTests
{
    private static readonly XmlDocs NoDocs = XmlDocs.Parse(new XDocument(new XElement("doc")));

    [Theory]
    [InlineData(typeof(WithDouble), "Ratio", "System.Double")]
    [InlineData(typeof(WithTimeSpan), "Timeout", "System.TimeSpan")]
    public void A_type_that_the_api_does_not_use_is_refused_with_its_property(Type type, string property, string offender)
    {
        var thrown = Assert.Throws<NotSupportedException>(() => new SchemaReader(NoDocs, Supplements.Create()).Read(type));

        Assert.Contains(property, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(offender, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Summaries_become_one_line_of_plain_text()
    {
        var docs = XmlDocs.Parse(XDocument.Parse(
            """
            <doc><members><member name="T:GovernedFinetune.Entities.Condition"><summary>
              One of <see cref="T:GovernedFinetune.Entities.ConditionTypes"/>, as in
              <c>metav1.Condition</c>: a &lt; b, or <see langword="null"/>.
            </summary></member></members></doc>
            """));

        Assert.Equal("One of ConditionTypes, as in metav1.Condition: a < b, or null.", docs.Summary(typeof(Condition)));
        Assert.Null(docs.Summary(typeof(FineTuneRun)));
    }

    [Fact]
    public void An_assembly_without_documentation_is_an_error_that_says_what_to_do()
    {
        var thrown = Assert.Throws<FileNotFoundException>(() => XmlDocs.Of(typeof(Assert).Assembly));

        Assert.Contains("GenerateDocumentationFile", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Descriptions_come_from_the_documentation_of_the_types()
    {
        Assert.Equal("The SageMaker instance type, for example ml.g5.2xlarge.", SchemaWalk.Run.At("spec.training.instanceType").Description);
        Assert.Equal("One observation about the object, in the shape of metav1.Condition.", SchemaWalk.Run.At("status.conditions").Items!.Description);
        Assert.Equal("How far the training is.", SchemaWalk.Run.At("status.training.progress").Description);
    }

    private sealed record WithDouble
    {
        public double Ratio { get; set; }
    }

    private sealed record WithTimeSpan
    {
        public TimeSpan? Timeout { get; set; }
    }
}
