using System.Text.Json;
using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Kubernetes;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>Reads the configuration file. Anything that is wrong stops the process at its start.</summary>
public static partial class OptionsFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">The file is missing, is not JSON, or has a field that does not fit.</exception>
    public static async Task<OperatorOptions> ReadAsync(string path, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"{path} cannot be read: {e.Message} Give the operator's configuration with --config FILE.");
        }

        return Parse(path, text);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="text">JSON; comments and trailing commas are allowed.</param>
    /// <exception cref="ConfigurationException">The text is not JSON, or has a field that does not fit.</exception>
    public static OperatorOptions Parse(string file, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Root(file, new JsonField(file, "", document.RootElement));
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"{file} is not JSON, at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {e.Message}");
        }
    }

    private static OperatorOptions Root(string file, JsonField root)
    {
        var options = new OperatorOptions
        {
            Profiles = [.. root["profiles"].Items(minimum: 1).Select(ReadProfile)],
            Namespace = root["namespace"].OptionalText("a namespace"),
            Selector = ReadSelector(root["labelSelector"]),
            LeaderElection = LeaderElectionField.Read(root["leaderElection"]),
            ResyncInterval = root["resyncInterval"].Duration(absent: TimeSpan.FromMinutes(10)),
        };
        root.Complete();

        var twice = options.Profiles.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? options : throw new ConfigurationException($"{file}: profiles has two entries named '{twice.Key}'; expected each name once.");
    }

    private static LabelSelector ReadSelector(JsonField field)
    {
        const string Expected = "a label selector as kubectl -l takes it, such as team=risk,tier in (a,b)";
        if (!field.IsPresent)
        {
            return LabelSelector.Everything;
        }

        try
        {
            return LabelSelector.Parse(field.Text(Expected));
        }
        catch (FormatException e)
        {
            throw field.Wrong($"cannot be read: {e.Message}", Expected);
        }
    }

    private static Profile ReadProfile(JsonField field)
    {
        var profile = new Profile
        {
            Name = field["name"].Text("a name"),
            Namespaces = Texts(field["namespaces"], minimum: 1, "a namespace, or * for all"),
            Catalog = ReadCatalog(field["catalog"]),
            CredentialSecretId = field["credentialSecretId"].Text("the name or ARN of a Secrets Manager secret"),
            Aws = ReadAws(field["aws"]),
            Emr = ReadEmr(field["emr"]),
            Training = ReadTraining(field["training"]),
            Storage = ReadStorage(field["storage"]),
            JobPollInterval = field["jobPollInterval"].Duration(absent: TimeSpan.FromSeconds(15)),
        };
        field.Complete();
        return profile;
    }

    private static CatalogProfile ReadCatalog(JsonField field)
    {
        var catalog = new CatalogProfile(
            field["host"].Parsed(Host, "scheme and host without a path, such as https://dbc-x.cloud.databricks.com"),
            field["flavor"].OneOf(CatalogFlavor.Databricks));
        field.Complete();
        return catalog;
    }

    private static AwsProfile ReadAws(JsonField field)
    {
        var aws = new AwsProfile(
            field["region"].Parsed(r => RegionName().IsMatch(r) ? r : null, "an AWS Region such as us-east-1"),
            field["assumeRoleArn"].IsPresent ? Role(field["assumeRoleArn"]) : null);
        field.Complete();
        return aws;
    }

    private static EmrProfile ReadEmr(JsonField field)
    {
        var emr = new EmrProfile(
            field["applicationId"].Parsed(a => ApplicationId().IsMatch(a) ? a : null, "the id of an EMR Serverless application ([0-9a-z]+)"),
            Role(field["executionRoleArn"]),
            field["entryPoint"].Parsed(e => e.StartsWith("s3://", StringComparison.Ordinal) || e.StartsWith("local://", StringComparison.Ordinal) ? e : null, "an s3:// or local:// URI"),
            field["pyFiles"].IsPresent ? [.. field["pyFiles"].Items(0).Select(f => S3(f).ToString())] : [],
            field["sparkSubmitParameters"].OptionalText("spark-submit parameters"),
            field["logUri"].IsPresent ? S3(field["logUri"]).ToString() : null);
        field.Complete();
        return emr;
    }

    private static TrainingProfile ReadTraining(JsonField field)
    {
        var training = new TrainingProfile(
            Role(field["roleArn"]),
            field["image"].Text("a training image"),
            [.. field["instanceTypes"].Items(minimum: 1).Select(t => t.Parsed(n => InstanceType().IsMatch(n) ? n : null, "a SageMaker instance type such as ml.g5.2xlarge"))],
            field["subnets"].IsPresent ? Texts(field["subnets"], 0, "a subnet id") : [],
            field["securityGroupIds"].IsPresent ? Texts(field["securityGroupIds"], 0, "a security group id") : [],
            field["volumeKmsKeyId"].OptionalText("a KMS key"),
            field["outputKmsKeyId"].OptionalText("a KMS key"));
        field.Complete();
        return training.Subnets.Count > 0 == training.SecurityGroupIds.Count > 0
            ? training
            : throw field.Wrong("has one of subnets and securityGroupIds without the other", "both or neither");
    }

    private static StorageProfile ReadStorage(JsonField field)
    {
        var storage = new StorageProfile(
            S3(field["artifacts"]),
            S3(field["prepared"]),
            field["externalLocation"].Text("the Unity Catalog external location that covers storage.prepared"));
        field.Complete();
        return storage.Artifacts.Bucket != storage.Prepared.Bucket
            ? storage
            : throw field.Wrong($"has artifacts and prepared in one bucket, '{storage.Artifacts.Bucket}'", "two: jobs write the first with their role and may not touch the second");
    }

    private static string[] Texts(JsonField field, int minimum, string expected) => [.. field.Items(minimum).Select(i => i.Text(expected))];

    private static string Role(JsonField field) =>
        field.Parsed(r => RoleArn().IsMatch(r) ? r : null, "a role ARN such as arn:aws:iam::123456789012:role/name");

    private static S3Location S3(JsonField field) =>
        field.Parsed(s => S3Location.TryParse(s, out var location) ? location : null, "an S3 URI such as s3://bucket/prefix");

    private static Uri? Host(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.AbsolutePath == "/" && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
            ? uri
            : null;

    [GeneratedRegex(@"\A[a-z]{2}(-[a-z]+)+-[0-9]+\z")]
    private static partial Regex RegionName();

    [GeneratedRegex(@"\A[0-9a-z]{1,64}\z")]
    private static partial Regex ApplicationId();

    [GeneratedRegex(@"\Aml\.[a-z0-9-]+\.[a-z0-9]+\z")]
    private static partial Regex InstanceType();

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+\z")]
    private static partial Regex RoleArn();
}
