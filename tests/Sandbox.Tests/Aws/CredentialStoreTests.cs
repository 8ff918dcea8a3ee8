using GovernedFinetune.Sandbox.Identity;
using Microsoft.Extensions.Time.Testing;

namespace GovernedFinetune.Sandbox.Tests.Aws;

public class CredentialStoreTests
{
    [Fact]
    public void Credentials_that_ended_long_ago_are_forgotten_and_no_others()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        var store = new CredentialStore(clock);
        var admin = store.IssueLongLived("arn:aws:iam::123456789012:user/admin", IamPolicy.Root);
        var old = store.IssueTemporary("arn:aws:sts::123456789012:assumed-role/job/a", IamPolicy.Root, TimeSpan.FromMinutes(15));
        clock.Advance(TimeSpan.FromMinutes(80));
        var expired = store.IssueTemporary("arn:aws:sts::123456789012:assumed-role/job/b", IamPolicy.Root, TimeSpan.FromMinutes(-1));

        for (var i = 0; i < 1_000; i++)
        {
            _ = store.IssueTemporary("arn:aws:sts::123456789012:assumed-role/job/c", IamPolicy.Root, TimeSpan.FromHours(1));
        }

        Assert.False(store.TryGet(old.AccessKeyId, out _));
        Assert.True(store.TryGet(expired.AccessKeyId, out _));
        Assert.True(store.TryGet(admin.AccessKeyId, out _));
    }
}
