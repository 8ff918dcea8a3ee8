using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Grants;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;
using k8s.Models;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>The reference objects of the tests: a run, its grant, its profile, and the source table outside.</summary>
internal static class Samples
{
    public const string Uid = "7f0c6d1e-1111-4222-8333-944445555666";
    public const string Principal = "7a1f0000-0000-4000-8000-000000000001";
    public const string Source = "finance.raw.risk_factors";
    public const string Prepared = "finance.curated.risk_factors_sft";
    public const string Model = "finance.ml.risk_summariser";

    public static DateTimeOffset Start { get; } = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);

    public static Profile Profile { get; } = new()
    {
        Name = "default",
        Namespaces = ["credit-risk"],
        Catalog = new CatalogProfile(new Uri("https://dbc-x.cloud.databricks.com"), CatalogFlavor.Databricks),
        CredentialSecretId = "governed-finetune/default",
        Aws = new AwsProfile("us-east-1", null),
        Emr = new EmrProfile("00f1", "arn:aws:iam::123456789012:role/emr", "s3://artifacts/code/main.py", [], null, null),
        Training = new TrainingProfile("arn:aws:iam::123456789012:role/train", "image", ["ml.g5.2xlarge"], [], [], null, null),
        Storage = new StorageProfile(S3Location.Parse("s3://artifacts/finetune"), S3Location.Parse("s3://governed/prepared"), "governed"),
    };

    public static CloudState Cloud { get; } = new()
    {
        Tables = new CloudState().Tables.Add(Source, Table()),
    };

    public static CatalogTable Table(string format = "JSON", string type = "EXTERNAL") =>
        new(Source, "5b1e", type, format, "s3://governed/raw/risk_factors", [new TableColumn("risk_factor_text", "string")], false, false);

    public static FineTuneRun Run(Action<FineTuneRunSpec>? change = null)
    {
        var run = new FineTuneRun
        {
            Metadata = new V1ObjectMeta
            {
                Name = "risk-summariser",
                NamespaceProperty = "credit-risk",
                Uid = Uid,
                Generation = 1,
                ResourceVersion = "1",
            },
            Spec = new FineTuneRunSpec
            {
                Grant = "risk-factors",
                Source = new SourceSpec { Table = Source },
                Preprocessing = new PreprocessingSpec
                {
                    OutputTable = Prepared,
                    TextColumn = "risk_factor_text",
                    GroupColumn = "cik",
                    PromptTemplate = "Company {entity_name}:",
                },
                Model = new ModelSpec { Id = "builtin/char-lm", Revision = "1" },
                Training = new TrainingSpec { InstanceType = "ml.g5.2xlarge" },
                Registry = new RegistrySpec { Model = Model, Alias = "candidate" },
            },
            Status = new FineTuneRunStatus(),
        };
        change?.Invoke(run.Spec);
        return run;
    }

    public static DatasetGrant Grant(Action<DatasetGrantSpec>? change = null)
    {
        var grant = new DatasetGrant
        {
            Metadata = new V1ObjectMeta
            {
                Name = "risk-factors",
                NamespaceProperty = "credit-risk",
                Uid = "9c0e0000-0000-4000-8000-000000000002",
                Generation = 1,
                ResourceVersion = "1",
            },
            Spec = new DatasetGrantSpec
            {
                Principal = Principal,
                Tables = [Source],
                WriteSchemas = ["finance.curated"],
                ModelSchemas = ["finance.ml"],
                Purpose = "MRM-1042 risk summariser",
            },
            Status = new DatasetGrantStatus(),
        };
        change?.Invoke(grant.Spec);
        return grant;
    }

    /// <summary>A grant whose check at a moment found every privilege, or lacked one.</summary>
    public static DatasetGrant Checked(DateTimeOffset at, bool granted = true, Action<DatasetGrantSpec>? change = null)
    {
        var grant = Grant(change);
        GrantSummary.Checked(grant, grant.Status, new GrantFindings([Select(granted)], null), at);
        return grant;
    }

    public static PrivilegeCheck Select(bool granted) => new()
    {
        Securable = "table",
        Name = Source,
        Privilege = "SELECT",
        Result = granted ? CheckResult.Granted : CheckResult.Missing,
        Via = granted ? "table finance.raw.risk_factors" : null,
        Fix = granted ? null : $"GRANT SELECT ON TABLE {Source} TO `{Principal}`",
    };
}
