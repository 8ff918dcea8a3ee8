using GovernedFinetune.Sandbox.Kubernetes.Authorization;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

public sealed class PolicyRuleTests
{
    [Theory]
    [InlineData("widgets", "widgets", "", true)]
    [InlineData("widgets", "widgets", "status", false)]
    [InlineData("widgets", "gadgets", "", false)]
    [InlineData("widgets/status", "widgets", "status", true)]
    [InlineData("widgets/status", "widgets", "", false)]
    [InlineData("widgets/status", "gadgets", "status", false)]
    [InlineData("*", "widgets", "", true)]
    [InlineData("*", "widgets", "status", true)]
    [InlineData("*/status", "widgets", "status", true)]
    [InlineData("*/status", "widgets", "", false)]
    [InlineData("*/status", "widgets", "laststatus", false)]
    [InlineData("*/scale", "widgets", "status", false)]
    [InlineData("widgets/*", "widgets", "status", false)]
    [InlineData("widgets/*", "widgets", "", false)]
    public void Resources_and_subresources_are_matched_as_upstream_does(string rule, string resource, string subresource, bool allowed) =>
        Assert.Equal(allowed, Rule(resources: [rule]).Allows(Ask(resource: resource, subresource: subresource)));

    [Theory]
    [InlineData("get", "get", true)]
    [InlineData("get", "list", false)]
    [InlineData("*", "deletecollection", true)]
    [InlineData("get", "*", false)]
    [InlineData("*", "*", true)]
    public void Verbs_are_matched(string rule, string verb, bool allowed) =>
        Assert.Equal(allowed, Rule(verbs: [rule]).Allows(Ask(verb: verb)));

    [Theory]
    [InlineData("demo.example.com", true)]
    [InlineData("", false)]
    [InlineData("*", true)]
    [InlineData("example.com", false)]
    public void Groups_are_matched_exactly(string rule, bool allowed) =>
        Assert.Equal(allowed, Rule(groups: [rule]).Allows(Ask()));

    [Fact]
    public void A_rule_for_names_is_for_no_collection_and_no_other_object()
    {
        var rule = Rule(names: ["one"]);
        Assert.True(rule.Allows(Ask(name: "one")));
        Assert.False(rule.Allows(Ask(name: "two")));
        Assert.False(rule.Allows(Ask(name: "")));
    }

    [Theory]
    [InlineData("/version", "/version", true)]
    [InlineData("/version", "/version/", false)]
    [InlineData("/apis/*", "/apis/demo.example.com/v1", true)]
    [InlineData("/apis/*", "/apis", false)]
    [InlineData("*", "/anything", true)]
    public void Paths_are_matched_whole_or_by_their_beginning(string rule, string path, bool allowed)
    {
        var paths = new PolicyRule { Verbs = ["get"], NonResourceUrls = [rule] };
        Assert.Equal(allowed, paths.Allows(AccessRequest.Of("GET", path)));
        Assert.False(paths.Allows(AccessRequest.Of("POST", path)));
        Assert.False(paths.Allows(Ask()));
    }

    [Theory]
    [InlineData("*", "*", "*", "", true)]
    [InlineData("get", "demo.example.com", "widgets", "", true)]
    [InlineData("get,list", "demo.example.com", "widgets,gadgets", "", true)]
    [InlineData("get", "demo.example.com", "*", "", true)]
    [InlineData("list", "demo.example.com", "widgets", "", false)]
    [InlineData("get", "", "widgets", "", false)]
    [InlineData("get", "demo.example.com", "widgets/status", "", false)]
    [InlineData("get", "demo.example.com", "widgets", "one", false)]
    public void A_right_is_covered_by_one_that_is_at_least_as_wide(string verbs, string groups, string resources, string names, bool covered)
    {
        var held = Rule(verbs.Split(','), groups.Split(','), resources.Split(','), names.Length == 0 ? [] : [names]);
        Assert.Equal(covered, Rule().Parts().All(held.Covers));
    }

    [Fact]
    public void Parts_are_of_one_verb_one_resource_and_one_name()
    {
        var parts = Rule(verbs: ["get", "list"], resources: ["a", "b"], names: ["x", "y"]).Parts().Select(p => p.ToString()).ToList();
        Assert.Equal(8, parts.Count);
        Assert.Contains("""{APIGroups:["demo.example.com"], Resources:["b"], ResourceNames:["y"], Verbs:["list"]}""", parts);
    }

    private static PolicyRule Rule(string[]? verbs = null, string[]? groups = null, string[]? resources = null, string[]? names = null) => new()
    {
        Verbs = verbs ?? ["get"],
        ApiGroups = groups ?? ["demo.example.com"],
        Resources = resources ?? ["widgets"],
        ResourceNames = names ?? [],
    };

    private static AccessRequest Ask(string verb = "get", string resource = "widgets", string subresource = "", string name = "one") => new()
    {
        Verb = verb,
        Group = "demo.example.com",
        Resource = resource,
        Subresource = subresource,
        Namespace = "default",
        Name = name,
    };
}
