using GovernedFinetune.CrdGenerator.Schema;

namespace GovernedFinetune.Entities.Tests;

public sealed class PrinterColumnTests
{
    [Fact]
    public void A_run_shows_the_columns_of_the_design() => Assert.Equal(
        [
            "PHASE .status.phase",
            "PROGRESS .status.training.progress.percent",
            "MODEL .spec.registry.model",
            "VERSION .status.registration.version",
            "ATTEMPT .status.attempt",
            "AGE .metadata.creationTimestamp",
            "wide GRANT .spec.grant",
            "wide JOB .status.training.jobName",
            "wide REASON .status.conditions[?(@.type==\"Ready\")].reason",
        ],
        Columns(SchemaWalk.Run));

    [Fact]
    public void A_grant_shows_the_columns_of_the_design() => Assert.Equal(
        [
            "PHASE .status.phase",
            "MISSING .status.missing",
            "PRINCIPAL .spec.principal",
            "CHECKED .status.lastCheckedAt",
            "AGE .metadata.creationTimestamp",
            "wide REASON .status.conditions[?(@.type==\"Ready\")].reason",
        ],
        Columns(SchemaWalk.Grant));

    [Fact]
    public void Columns_have_the_type_of_what_they_show()
    {
        Assert.All(SchemaWalk.Resources, resource => Assert.All(
            resource.PrinterColumns.Where(column => !column.JsonPath.StartsWith(".metadata", StringComparison.Ordinal) && !column.JsonPath.Contains('[', StringComparison.Ordinal)),
            column =>
            {
                var node = resource.At(column.JsonPath.TrimStart('.'));
                Assert.Equal(node.Format == "date-time" ? "date" : node.Type, column.Type);
            }));
    }

    private static IEnumerable<string> Columns(CustomResource resource) => resource.PrinterColumns.Select(column =>
        $"{(column.Priority == 0 ? "" : "wide ")}{column.Name.ToUpperInvariant()} {column.JsonPath}");
}
