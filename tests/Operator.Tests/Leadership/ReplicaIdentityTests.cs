using GovernedFinetune.Operator.Leadership;

namespace GovernedFinetune.Operator.Tests.Leadership;

/// <summary>No two processes have one name, and a name can be put into a header.</summary>
public sealed class ReplicaIdentityTests
{
    [Fact]
    public void It_is_the_pods_name_and_something_of_its_own()
    {
        var (one, two) = (ReplicaIdentity.Create("governed-finetune-7d4b9-x2x7p", "host"), ReplicaIdentity.Create("governed-finetune-7d4b9-x2x7p", "host"));
        Assert.Matches(@"\Agoverned-finetune-7d4b9-x2x7p_[0-9a-f]{8}\z", one.Name);
        Assert.NotEqual(one, two);
        Assert.Equal($"governed-finetune-operator/{one.Name}", one.Actor);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Without_a_pod_it_is_the_machines(string? pod) => Assert.StartsWith("laptop_", ReplicaIdentity.Create(pod, "laptop").Name, StringComparison.Ordinal);

    [Fact]
    public void A_name_that_would_break_a_header_does_not_get_into_one()
    {
        using var request = new HttpRequestMessage();
        var identity = ReplicaIdentity.Create("a(b)\r\nc: d é", "host");
        Assert.True(request.Headers.TryAddWithoutValidation("User-Agent", identity.UserAgent));
        Assert.Matches(@"\Aa-b---c--d--_[0-9a-f]{8}\z", identity.Name);
    }
}
