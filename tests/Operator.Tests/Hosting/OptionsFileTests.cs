using System.Text.Json.Nodes;
using GovernedFinetune.Operator.Hosting;
using GovernedFinetune.Operator.Leadership;
using GovernedFinetune.Operator.Profiles;

namespace GovernedFinetune.Operator.Tests.Hosting;

/// <summary>A broken configuration stops the process at its start with the file, the field, its value and what is expected.</summary>
public class OptionsFileTests
{
    private const string Good =
        """
        {
          "namespace": "credit-risk", "labelSelector": "team=risk", "leaderElection": {"enabled": false}, "resyncInterval": "90s",
          "profiles": [{
            "name": "default", "namespaces": ["credit-risk", "*"], "credentialSecretId": "governed-finetune/default", "jobPollInterval": "10s",
            "catalog": {"host": "https://dbc-x.cloud.databricks.com", "flavor": "OpenSource"},
            "aws": {"region": "eu-central-1", "assumeRoleArn": "arn:aws:iam::123456789012:role/path/operator"},
            "emr": {
              "applicationId": "00f1abcdefgh", "executionRoleArn": "arn:aws:iam::123456789012:role/emr", "entryPoint": "s3://code/main.py",
              "pyFiles": ["s3://code/a.zip"], "sparkSubmitParameters": "--conf x=y", "logUri": "s3://logs/emr"
            },
            "training": {
              "roleArn": "arn:aws-us-gov:iam::123456789012:role/train", "image": "repo/image:1", "instanceTypes": ["ml.g5.2xlarge", "ml.p4d.24xlarge"],
              "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"], "volumeKmsKeyId": "k1", "outputKmsKeyId": "k2"
            },
            "storage": {"artifacts": "s3://artifacts/finetune/", "prepared": "s3://governed/prepared", "externalLocation": "governed"}
          }]
        }
        """;

    private static string Refusal(Action<JsonObject> change)
    {
        var document = JsonNode.Parse(Good)!.AsObject();
        change(document);
        return Assert.Throws<ConfigurationException>(() => OptionsFile.Parse("config.json", document.ToJsonString())).Message;
    }

    /// <summary>The holder of a member, by a path such as <c>profiles[0].aws.region</c>, and the member's name.</summary>
    private static (JsonObject Holder, string Name) At(JsonObject root, string path)
    {
        var parts = path.Split('.');
        var at = root;
        foreach (var part in parts[..^1])
        {
            at = part == "profiles[0]" ? at["profiles"]![0]!.AsObject() : at[part]!.AsObject();
        }

        return (at, parts[^1]);
    }

    [Fact]
    public void Every_field_is_read()
    {
        var options = OptionsFile.Parse("config.json", Good);
        var profile = Assert.Single(options.Profiles);
        Assert.Equal(("credit-risk", false, TimeSpan.FromSeconds(90)), (options.Namespace, options.LeaderElection.Enabled, options.ResyncInterval));
        Assert.Equal(("default", "governed-finetune/default", TimeSpan.FromSeconds(10)), (profile.Name, profile.CredentialSecretId, profile.JobPollInterval));
        Assert.Equal(["credit-risk", "*"], profile.Namespaces);
        Assert.Equal(new CatalogProfile(new Uri("https://dbc-x.cloud.databricks.com"), CatalogFlavor.OpenSource), profile.Catalog);
        Assert.Equal(new AwsProfile("eu-central-1", "arn:aws:iam::123456789012:role/path/operator"), profile.Aws);
        Assert.Equal(("00f1abcdefgh", "--conf x=y", "s3://logs/emr"), (profile.Emr.ApplicationId, profile.Emr.SparkSubmitParameters, profile.Emr.LogUri));
        Assert.Equal(["s3://code/a.zip"], profile.Emr.PyFiles);
        Assert.Equal(["ml.g5.2xlarge", "ml.p4d.24xlarge"], profile.Training.InstanceTypes);
        Assert.Equal(["subnet-1", "sg-1"], profile.Training.Subnets.Concat(profile.Training.SecurityGroupIds));
        Assert.Equal(("k1", "k2"), (profile.Training.VolumeKmsKeyId, profile.Training.OutputKmsKeyId));
        Assert.Equal("s3://artifacts/finetune", profile.Storage.Artifacts.ToString());
    }

    [Theory]
    [InlineData("namespace")]
    [InlineData("leaderElection")]
    [InlineData("labelSelector")]
    [InlineData("resyncInterval")]
    [InlineData("profiles[0].jobPollInterval")]
    [InlineData("profiles[0].catalog.flavor")]
    [InlineData("profiles[0].aws.assumeRoleArn")]
    [InlineData("profiles[0].emr.pyFiles")]
    [InlineData("profiles[0].emr.sparkSubmitParameters")]
    [InlineData("profiles[0].emr.logUri")]
    [InlineData("profiles[0].training.volumeKmsKeyId")]
    [InlineData("profiles[0].training.outputKmsKeyId")]
    public void These_fields_may_be_left_out_or_be_null(string path)
    {
        foreach (var isNull in new[] { true, false })
        {
            var document = JsonNode.Parse(Good)!.AsObject();
            var (holder, name) = At(document, path);
            Assert.True(holder.Remove(name));
            if (isNull)
            {
                holder[name] = null;
            }

            Assert.Single(OptionsFile.Parse("config.json", document.ToJsonString()).Profiles);
        }
    }

    [Theory]
    [InlineData("profiles")]
    [InlineData("profiles[0].name")]
    [InlineData("profiles[0].namespaces")]
    [InlineData("profiles[0].credentialSecretId")]
    [InlineData("profiles[0].catalog")]
    [InlineData("profiles[0].catalog.host")]
    [InlineData("profiles[0].aws")]
    [InlineData("profiles[0].aws.region")]
    [InlineData("profiles[0].emr")]
    [InlineData("profiles[0].emr.applicationId")]
    [InlineData("profiles[0].emr.executionRoleArn")]
    [InlineData("profiles[0].emr.entryPoint")]
    [InlineData("profiles[0].training")]
    [InlineData("profiles[0].training.roleArn")]
    [InlineData("profiles[0].training.image")]
    [InlineData("profiles[0].training.instanceTypes")]
    [InlineData("profiles[0].storage")]
    [InlineData("profiles[0].storage.artifacts")]
    [InlineData("profiles[0].storage.prepared")]
    [InlineData("profiles[0].storage.externalLocation")]
    public void A_field_that_is_missing_is_named_with_what_is_expected(string path)
    {
        var message = Refusal(document =>
        {
            var (holder, name) = At(document, path);
            Assert.True(holder.Remove(name));
        });
        Assert.StartsWith($"config.json: {path} is missing; expected ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("namespace", "7", "a namespace")]
    [InlineData("namespace", "\"\"", "a namespace")]
    [InlineData("leaderElection", "\"yes\"", "true, false, or an object")]
    [InlineData("leaderElection", "[]", "true, false, or an object")]
    [InlineData("leaderElection.enabled", "\"yes\"", "true or false")]
    [InlineData("leaderElection.leaseName", "\"My Lease\"", "the name of a Lease")]
    [InlineData("leaderElection.leaseName", "\"../other\"", "the name of a Lease")]
    [InlineData("leaderElection.leaseDuration", "15", "a duration")]
    [InlineData("leaderElection.renewDeadline", "\"11s\"", "at least 2 s less")]
    [InlineData("leaderElection.renewDeadline", "\"1h\"", "at least 2 s less")]
    [InlineData("leaderElection.retryPeriod", "\"3s\"", "at most a third of it")]
    [InlineData("labelSelector", "7", "a label selector as kubectl -l takes it")]
    [InlineData("labelSelector", "\"\"", "a label selector as kubectl -l takes it")]
    [InlineData("labelSelector", "\"team risk\"", "a label selector as kubectl -l takes it")]
    [InlineData("resyncInterval", "\"soon\"", "a duration")]
    [InlineData("resyncInterval", "\"0s\"", "a duration of at least one second")]
    [InlineData("resyncInterval", "60", "a duration")]
    [InlineData("profiles", "{}", "a list")]
    [InlineData("profiles", "[]", "at least 1")]
    [InlineData("profiles[0].name", "\"\"", "a name")]
    [InlineData("profiles[0].namespaces", "[]", "at least 1")]
    [InlineData("profiles[0].namespaces", "\"credit-risk\"", "a list")]
    [InlineData("profiles[0].credentialSecretId", "{\"client_id\": \"x\"}", "the name or ARN of a Secrets Manager secret")]
    [InlineData("profiles[0].catalog", "\"https://x\"", "an object")]
    [InlineData("profiles[0].catalog.host", "\"dbc-x.cloud.databricks.com\"", "scheme and host")]
    [InlineData("profiles[0].catalog.host", "\"http://dbc-x.cloud.databricks.com\"", "scheme and host")]
    [InlineData("profiles[0].catalog.host", "\"https://dbc-x.cloud.databricks.com/api/2.1\"", "scheme and host")]
    [InlineData("profiles[0].catalog.host", "\"https://user:secret@dbc-x.cloud.databricks.com\"", "scheme and host")]
    [InlineData("profiles[0].catalog.host", "\"https://dbc-x.cloud.databricks.com/?o=1\"", "scheme and host")]
    [InlineData("profiles[0].catalog.host", "\"https://dbc-x.cloud.databricks.com/#top\"", "scheme and host")]
    [InlineData("profiles[0].catalog.flavor", "\"databricks\"", "one of Databricks, OpenSource")]
    [InlineData("profiles[0].catalog.flavor", "\"1\"", "one of Databricks, OpenSource")]
    [InlineData("profiles[0].aws.region", "\"Frankfurt\"", "an AWS Region")]
    [InlineData("profiles[0].aws.assumeRoleArn", "\"role/operator\"", "a role ARN")]
    [InlineData("profiles[0].emr.applicationId", "\"My-App\"", "the id of an EMR Serverless application")]
    [InlineData("profiles[0].emr.executionRoleArn", "\"arn:aws:iam::12:role/x\"", "a role ARN")]
    [InlineData("profiles[0].emr.entryPoint", "\"https://code/main.py\"", "an s3:// or local:// URI")]
    [InlineData("profiles[0].emr.pyFiles", "\"s3://code/a.zip\"", "a list")]
    [InlineData("profiles[0].emr.logUri", "\"/var/log\"", "an S3 URI")]
    [InlineData("profiles[0].training.roleArn", "\"arn:aws:iam::123456789012:user/x\"", "a role ARN")]
    [InlineData("profiles[0].training.instanceTypes", "[]", "at least 1")]
    [InlineData("profiles[0].training.subnets", "[]", "both or neither")]
    [InlineData("profiles[0].training.securityGroupIds", "[]", "both or neither")]
    [InlineData("profiles[0].storage.artifacts", "\"s3://\"", "an S3 URI")]
    [InlineData("profiles[0].storage.prepared", "\"artifacts/prepared\"", "an S3 URI")]
    [InlineData("profiles[0].storage.prepared", "\"s3://artifacts/prepared\"", "may not touch the second")]
    public void A_field_that_is_wrong_is_named_with_what_is_expected(string path, string value, string expected)
    {
        var message = Refusal(document =>
        {
            var (holder, name) = At(document, path);
            holder[name] = JsonNode.Parse(value);
        });
        Assert.StartsWith("config.json: " + (expected.StartsWith("both", StringComparison.Ordinal) || expected.StartsWith("may", StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : path), message, StringComparison.Ordinal);
        Assert.Contains("expected ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("profiles[0].namespaces", "profiles[0].namespaces[0]")]
    [InlineData("profiles[0].emr.pyFiles", "profiles[0].emr.pyFiles[0]")]
    [InlineData("profiles[0].training.instanceTypes", "profiles[0].training.instanceTypes[0]")]
    [InlineData("profiles[0].training.subnets", "profiles[0].training.subnets[0]")]
    [InlineData("profiles[0].training.securityGroupIds", "profiles[0].training.securityGroupIds[0]")]
    public void An_item_of_a_list_is_named_by_its_place(string path, string place)
    {
        var message = Refusal(document =>
        {
            var (holder, name) = At(document, path);
            holder[name] = new JsonArray(7);
        });
        Assert.StartsWith($"config.json: {place} is 7; expected ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nameSpace")]
    [InlineData("leaderElection.renewdeadline")]
    [InlineData("profiles[0].credentials")]
    [InlineData("profiles[0].catalog.token")]
    [InlineData("profiles[0].aws.regions")]
    [InlineData("profiles[0].emr.timeout")]
    [InlineData("profiles[0].training.vpc")]
    [InlineData("profiles[0].storage.bucket")]
    public void A_field_that_nobody_reads_is_refused_with_those_that_are_known(string path)
    {
        var message = Refusal(document =>
        {
            var (holder, name) = At(document, path);
            holder[name] = "x";
        });
        Assert.StartsWith($"config.json: {path} is not a known field; known here are ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("profiles[0].credentialSecretId", "{\"client_secret\": \"hunter2\"}")]
    [InlineData("profiles[0].credentialSecretId", "[\"hunter2\"]")]
    [InlineData("profiles[0].catalog.host", "\"https://app:hunter2@dbc-x.cloud.databricks.com\"")]
    public void A_secret_in_the_wrong_place_is_not_printed(string path, string value)
    {
        var message = Refusal(document =>
        {
            var (holder, name) = At(document, path);
            holder[name] = JsonNode.Parse(value);
        });
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_selector_that_cannot_be_read_is_quoted_in_part() =>
        Assert.StartsWith(
            "config.json: labelSelector cannot be read: 'tier among (a)' is not a requirement",
            Refusal(document => document["labelSelector"] = "team=risk,tier among (a)"),
            StringComparison.Ordinal);

    [Fact]
    public void Leader_election_is_on_unless_it_is_turned_off_and_its_times_can_be_set()
    {
        static LeaderElectionOptions Read(JsonNode? value)
        {
            var document = JsonNode.Parse(Good)!.AsObject();
            document["leaderElection"] = value;
            return OptionsFile.Parse("config.json", document.ToJsonString()).LeaderElection;
        }

        Assert.Equal(new LeaderElectionOptions(), Read(null));
        Assert.Equal(new LeaderElectionOptions(), Read(true));
        Assert.Equal(new LeaderElectionOptions(), Read(new JsonObject()));
        Assert.Equal(new LeaderElectionOptions { Enabled = false }, Read(false));
        var set = new LeaderElectionOptions
        {
            LeaseName = "gold",
            LeaseDuration = TimeSpan.FromSeconds(30),
            RenewDeadline = TimeSpan.FromSeconds(20),
            RetryPeriod = TimeSpan.FromSeconds(5),
        };
        Assert.Equal(set, Read(JsonNode.Parse("""{"leaseName": "gold", "leaseDuration": "30s", "renewDeadline": "20s", "retryPeriod": "5s"}""")));
    }

    [Fact]
    public void Two_profiles_of_one_name_are_refused()
    {
        var message = Refusal(document => document["profiles"]!.AsArray().Add(document["profiles"]![0]!.DeepClone()));
        Assert.Contains("two entries named 'default'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is not JSON, at line 1")]
    [InlineData("{", "is not JSON")]
    [InlineData("{\n\"profiles\": [}", "is not JSON, at line 2")]
    [InlineData("[]", "the document is a list; expected an object")]
    [InlineData("null", "the document is missing; expected an object")]
    public void A_text_that_is_no_configuration_is_refused_with_its_place(string text, string says)
    {
        var message = Assert.Throws<ConfigurationException>(() => OptionsFile.Parse("config.json", text)).Message;
        Assert.StartsWith("config.json", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere.json")]
    [InlineData("")]
    public async Task A_file_that_cannot_be_read_is_named_and_the_option_too(string name)
    {
        var folder = Directory.CreateTempSubdirectory("options");
        var path = Path.Combine(folder.FullName, name);
        var message = (await Assert.ThrowsAsync<ConfigurationException>(() => OptionsFile.ReadAsync(path, CancellationToken.None))).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains("--config FILE", message, StringComparison.Ordinal);
        folder.Delete();
    }

    [Fact]
    public async Task An_empty_file_name_is_refused_like_any_other() =>
        Assert.Contains("--config FILE", (await Assert.ThrowsAsync<ConfigurationException>(() => OptionsFile.ReadAsync("", CancellationToken.None))).Message, StringComparison.Ordinal);
}
