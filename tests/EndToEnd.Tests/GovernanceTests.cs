using System.Text.Json.Nodes;
using GovernedFinetune.EndToEnd.Tests.Support;

namespace GovernedFinetune.EndToEnd.Tests;

public sealed class GovernanceTests(World world) : WorldTests(world)
{
    [Fact]
    public async Task A_missing_privilege_fails_the_run_with_the_SQL_that_grants_it_and_starts_nothing()
    {
        var after = await World.Requests.CountAsync();
        _ = await World.ApplyAsync(Manifests.Grant("restricted", World.Principal, spec => spec["tables"] = new JsonArray("finance.restricted.sotu")));
        _ = await World.ApplyAsync(Manifests.Run("denied", spec =>
        {
            spec["grant"] = "restricted";
            spec["source"]!["table"] = "finance.restricted.sotu";
        }));
        var run = new RunView(await World.WaitForRunAsync("denied", r => r.HasEnded, "ended"));

        Assert.Equal(("Failed", "PrivilegeMissing"), (run.Phase, run.Reason));
        Assert.Contains($"GRANT EXTERNAL USE SCHEMA ON SCHEMA finance.restricted TO `{World.Principal}`", run.Message, StringComparison.Ordinal);
        await World.NothingWasStartedAsync(after);
    }

    [Fact]
    public async Task A_run_without_its_grant_waits_and_starts_when_the_grant_comes()
    {
        var after = await World.Requests.CountAsync();
        _ = await World.ApplyAsync(Manifests.Run("early", spec =>
        {
            spec["grant"] = "late";
            spec["dryRun"] = true;
        }));
        var waiting = new RunView(await World.WaitForRunAsync("early", r => r.Reason == "GrantNotFound", "waiting for its grant"));
        Assert.Equal("Authorizing", waiting.Phase);
        Assert.Contains("'late' does not exist in namespace 'credit-risk'", waiting.Message, StringComparison.Ordinal);
        await World.NothingWasStartedAsync(after);

        _ = await World.ApplyAsync(Manifests.Grant("late", World.Principal));
        _ = await World.WaitForRunAsync("early", r => r.Phase == "Succeeded", "succeeded");
    }

    [Fact]
    public async Task A_grant_of_another_namespace_and_a_namespace_outside_the_profile_are_of_no_use()
    {
        var after = await World.Requests.CountAsync();
        var elsewhere = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = "elsewhere" } };
        _ = await World.ApplyAsync(elsewhere);
        _ = await World.ApplyAsync(Manifests.Grant("theirs", World.Principal, @namespace: "elsewhere"));
        _ = await World.ApplyAsync(Manifests.Run("borrower", spec => spec["grant"] = "theirs"));
        _ = await World.ApplyAsync(Manifests.Run("intruder", spec => spec["grant"] = "theirs", "elsewhere"));

        var borrower = new RunView(await World.WaitForRunAsync("borrower", r => r.Reason == "GrantNotFound", "waiting"));
        Assert.Contains("A grant of another namespace cannot be used", borrower.Message, StringComparison.Ordinal);
        var intruder = new RunView(await World.WaitForRunAsync("intruder", r => r.HasEnded, "ended", "elsewhere"));
        Assert.Equal(("Failed", "NamespaceNotAllowed"), (intruder.Phase, intruder.Reason));
        Assert.Contains("does not allow namespace 'elsewhere'", intruder.Message, StringComparison.Ordinal);
        await World.NothingWasStartedAsync(after);
        _ = await World.KubectlAsync("delete", "namespace", "elsewhere", "--timeout=90s");
    }

    [Theory]
    [InlineData("table", "TableNotGranted", "does not cover table 'finance.restricted.sotu'")]
    [InlineData("schema", "SchemaNotGranted", "does not let runs create tables in schema 'finance.raw'")]
    [InlineData("instance", "InstanceTypeNotAllowed", "'ml.p5.48xlarge' is not one that profile 'default' allows")]
    public async Task A_run_outside_its_grant_or_profile_fails_before_anything_is_started(string what, string reason, string message)
    {
        _ = await World.ApplyAsync(Manifests.Grant("sotu", World.Principal));
        var after = await World.Requests.CountAsync();
        _ = await World.ApplyAsync(Manifests.Run($"outside-{what}", spec =>
        {
            switch (what)
            {
                case "table":
                    spec["source"]!["table"] = "finance.restricted.sotu";
                    break;
                case "schema":
                    spec["preprocessing"]!["outputTable"] = "finance.raw.mine";
                    break;
                default:
                    spec["training"]!["instanceType"] = "ml.p5.48xlarge";
                    break;
            }
        }));
        var run = new RunView(await World.WaitForRunAsync($"outside-{what}", r => r.HasEnded, "ended"));

        Assert.Equal(("Failed", reason), (run.Phase, run.Reason));
        Assert.Contains(message, run.Message, StringComparison.Ordinal);
        await World.NothingWasStartedAsync(after);
    }

    [Fact]
    public async Task A_profile_that_does_not_exist_stalls_the_run_until_it_does()
    {
        _ = await World.ApplyAsync(Manifests.Run("profileless", spec => spec["profile"] = "nowhere"));
        var run = new RunView(await World.WaitForRunAsync("profileless", r => r.Reason == "ProfileNotFound", "stalled"));
        Assert.Equal("Pending", run.Phase);
        Assert.Equal("True", run.Condition("Stalled")?["status"]?.GetValue<string>());
        Assert.Contains("it has default", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_that_is_lost_during_training_stops_the_run_within_its_interval()
    {
        await World.Cloud.ChangePrivilegesAsync("schema", "finance.curated", add: ["CREATE_MODEL"], remove: []);
        _ = await World.ApplyAsync(Manifests.Grant("revocable", World.Principal, spec =>
        {
            spec["recheckInterval"] = "2s";
            spec["modelSchemas"] = new JsonArray("finance.ml", "finance.curated");
        }));
        _ = await World.ApplyAsync(Manifests.Run("revoked", spec =>
        {
            spec["grant"] = "revocable";
            Manifests.TrainForLong(spec);
        }));
        _ = await World.WaitForRunAsync("revoked", r => r.IsTraining, "in training");

        // Only this test's grant needs the privilege, so no other test loses its own.
        await World.Cloud.ChangePrivilegesAsync("schema", "finance.curated", add: [], remove: ["CREATE_MODEL"]);

        var run = new RunView(await World.WaitForRunAsync("revoked", r => r.HasEnded, "ended"));
        Assert.Equal(("Stopped", "GrantRevoked"), (run.Phase, run.Reason));
        Assert.Contains("CREATE_MODEL on schema finance.curated", run.Message, StringComparison.Ordinal);
        Assert.Equal("Stopped", await World.Cloud.TrainingJobStatusAsync(run.Status!["training"]!["jobName"]!.GetValue<string>()));
    }
}
