namespace GovernedFinetune.Entities.Tests;

public sealed class PatternTests
{
    [Theory]
    [InlineData("spec.source.table", "finance.raw.risk_factors")]
    [InlineData("spec.source.table", "a.b-2.c_3")]
    [InlineData("spec.preprocessing.textColumn", "risk_factor_text")]
    [InlineData("spec.preprocessing.validationFraction", "0.05")]
    [InlineData("spec.preprocessing.validationFraction", "0")]
    [InlineData("spec.preprocessing.timeout", "1h30m")]
    [InlineData("spec.preprocessing.timeout", "90s")]
    [InlineData("spec.model.id", "mistralai/Ministral-3-3B-Instruct-2512-BF16")]
    [InlineData("spec.model.id", "builtin/char-lm")]
    [InlineData("spec.model.revision", "1")]
    [InlineData("spec.training.instanceType", "ml.g5.2xlarge")]
    [InlineData("spec.training.instanceType", "ml.p4d.24xlarge")]
    [InlineData("spec.training.instanceType", "ml.trn1n.32xlarge")]
    [InlineData("spec.registry.alias", "candidate")]
    [InlineData("spec.grant", "risk-factors.v2")]
    [InlineData("spec.profile", "default")]
    public void Good_values_of_a_run_are_admitted(string path, string value) =>
        Assert.Empty(SchemaCheck.Violations(SchemaWalk.Run.At(path), value, path));

    [Theory]
    [InlineData("spec.source.table", "risk_factors")]
    [InlineData("spec.source.table", "raw.risk_factors")]
    [InlineData("spec.source.table", "a.b.c.d")]
    [InlineData("spec.source.table", "finance..risk_factors")]
    [InlineData("spec.source.table", "Finance.raw.risk_factors")]
    [InlineData("spec.source.table", "finance.raw.risk factors")]
    [InlineData("spec.source.table", "finance.raw.`risk`")]
    [InlineData("spec.source.table", "finance.raw.risk_factors\n")]
    [InlineData("spec.source.table", "../../etc.raw.x")]
    [InlineData("spec.preprocessing.textColumn", "text; drop table")]
    [InlineData("spec.preprocessing.textColumn", "1st")]
    [InlineData("spec.preprocessing.validationFraction", "1")]
    [InlineData("spec.preprocessing.validationFraction", "0.05f")]
    [InlineData("spec.preprocessing.validationFraction", ".5")]
    [InlineData("spec.preprocessing.validationFraction", "-0.1")]
    [InlineData("spec.preprocessing.timeout", "")]
    [InlineData("spec.preprocessing.timeout", "90")]
    [InlineData("spec.preprocessing.timeout", "1d")]
    [InlineData("spec.preprocessing.timeout", "30m1h")]
    [InlineData("spec.preprocessing.timeout", "1.5h")]
    [InlineData("spec.preprocessing.timeout", "-1h")]
    [InlineData("spec.preprocessing.timeout", "9999999h")]
    [InlineData("spec.model.id", "a/b/c")]
    [InlineData("spec.model.id", "../weights")]
    [InlineData("spec.model.id", "https://example.com/model")]
    [InlineData("spec.training.instanceType", "g5.2xlarge")]
    [InlineData("spec.training.instanceType", "ml.g5")]
    [InlineData("spec.registry.alias", "a b")]
    [InlineData("spec.grant", "other-namespace/grant")]
    [InlineData("spec.grant", "Risk")]
    [InlineData("spec.profile", "-default")]
    [InlineData("spec.onDelete", "cancel")]
    [InlineData("spec.training.method", "lora")]
    public void Bad_values_of_a_run_are_refused(string path, string value) =>
        Assert.NotEmpty(SchemaCheck.Violations(SchemaWalk.Run.At(path), value, path));

    [Theory]
    [InlineData("spec.principal", "7a1f0c9e-3c57-4d0e-9f43-0d8d6d6f9b11", true)]
    [InlineData("spec.principal", "trainer@example.com", true)]
    [InlineData("spec.principal", "SERVICE_PRINCIPAL_ID", true)]
    [InlineData("spec.principal", "x` TO `admin", false)]
    [InlineData("spec.principal", "", false)]
    [InlineData("spec.purpose", "", false)]
    [InlineData("spec.onRevocation", "Finish", true)]
    [InlineData("spec.onRevocation", "Ignore", false)]
    public void Values_of_a_grant_are_told_apart(string path, string value, bool good) =>
        Assert.Equal(good, !SchemaCheck.Violations(SchemaWalk.Grant.At(path), value, path).Any());

    [Theory]
    [InlineData("spec.tables", "finance.raw.sotu", true)]
    [InlineData("spec.tables", "finance.raw", false)]
    [InlineData("spec.tables", "finance.raw.*", false)]
    [InlineData("spec.writeSchemas", "finance.curated", true)]
    [InlineData("spec.writeSchemas", "finance", false)]
    [InlineData("spec.modelSchemas", "finance.ml.model", false)]
    public void Names_in_the_lists_of_a_grant_are_told_apart(string path, string name, bool good) =>
        Assert.Equal(good, !SchemaCheck.Violations(SchemaWalk.Grant.At(path), new List<object> { name }, path).Any());

    [Theory]
    [InlineData("spec.tables")]
    [InlineData("spec.writeSchemas")]
    [InlineData("spec.modelSchemas")]
    public void A_grant_of_nothing_is_refused(string path) =>
        Assert.NotEmpty(SchemaCheck.Violations(SchemaWalk.Grant.At(path), new List<object>(), path));
}
