using GovernedFinetune.Operator.Runs.Jobs;
using GovernedFinetune.Operator.Runs.Ports;
using GovernedFinetune.Operator.Runs.Stages;
using GovernedFinetune.Operator.Runs.Stages.Register;
using GovernedFinetune.Operator.Tests.Fakes;

namespace GovernedFinetune.Operator.Tests.Runs;

public class RegisterDecisionTests
{
    private static readonly Read<TrainManifest> Manifest = new(Seen.TrainManifest, null);

    private static Decision Decide(ModelVersion? version, string? known, string? digest, string? alias = "candidate") => RegisterDecisions.Decide(
        Seen.Facts(
            Seen.Status(s => (s.Registration!.Version, s.Registration.Digest) = (known, digest)),
            Samples.Run(s => s.Registry.Alias = alias).Spec),
        new RegisterObservation(Manifest, version));

    private static ModelVersion Version(ModelVersionState state, params string[] aliases) => new(Samples.Model, "4", state, "s3://governed/models/4", Samples.Uid, aliases);

    [Fact]
    public void Without_a_version_of_ours_one_is_created() => Assert.Equal("Do CreateModelVersion", Seen.Of(Decide(null, null, null)));

    [Fact]
    public void A_version_that_was_deleted_under_us_is_a_conflict() => Assert.Equal("Fail Conflict", Seen.Of(Decide(null, "4", null)));

    [Fact]
    public void Files_go_up_before_the_version_is_fixed()
    {
        Assert.Equal("Do UploadModelFiles", Seen.Of(Decide(Version(ModelVersionState.Pending), "4", null)));
        Assert.Equal("Do FinalizeModelVersion", Seen.Of(Decide(Version(ModelVersionState.Pending), "4", "sha256:1")));
    }

    [Fact]
    public void The_uploaded_digest_is_stored_before_the_version_is_fixed() =>
        Assert.True(Assert.IsType<Decision.Do>(Decide(Version(ModelVersionState.Pending), "4", null)).Effect.ResultMustBeStored);

    [Fact]
    public void A_version_that_is_ready_without_our_files_was_made_ready_by_somebody_else() =>
        Assert.Equal("Fail Conflict", Seen.Of(Decide(Version(ModelVersionState.Ready), "4", null)));

    [Theory]
    [InlineData("candidate", "", "Do SetModelAlias")]
    [InlineData("candidate", "other", "Do SetModelAlias")]
    [InlineData("candidate", "candidate", "Done")]
    [InlineData(null, "", "Done")]
    public void The_alias_is_set_when_one_is_asked_for_and_does_not_name_the_version(string? wanted, string has, string expected) =>
        Assert.Equal(expected, Seen.Of(Decide(Version(ModelVersionState.Ready, has), "4", "sha256:1", wanted)));

    [Fact]
    public void A_failed_version_fails_the_run_and_an_unknown_state_stalls_it()
    {
        Assert.Equal("Fail ServiceFault", Seen.Of(Decide(Version(ModelVersionState.Failed), "4", "sha256:1")));
        Assert.Equal("Wait UnknownCloudState stalled", Seen.Of(Decide(Version(ModelVersionState.Unknown), "4", "sha256:1")));
    }

    [Fact]
    public void Without_a_manifest_nothing_is_registered()
    {
        var decision = RegisterDecisions.Decide(
            Seen.Facts(Seen.Status()), new RegisterObservation(new Read<TrainManifest>(null, "s3://x/manifest.json does not exist"), null));
        Assert.Equal("Fail ManifestInvalid", Seen.Of(decision));
        Assert.Contains("s3://x/manifest.json", Seen.Message(decision), StringComparison.Ordinal);
    }
}
