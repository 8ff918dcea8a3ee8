namespace GovernedFinetune.Operator.Cloud.Calls;

/// <summary>One call of an AWS service.</summary>
/// <param name="Action">Its IAM action, such as <c>sagemaker:CreateTrainingJob</c>: what a policy must allow.</param>
/// <param name="Target">The object that it is about.</param>
internal sealed record AwsCall(string Action, string Target)
{
    /// <summary>Whether it changes nothing.</summary>
    public bool OnlyReads => Action.Split(':') is [_, var name] && (Begins(name, "Get") || Begins(name, "Describe") || Begins(name, "List"));

    /// <inheritdoc />
    public override string ToString() => $"{Action} on '{Target}'";

    private static bool Begins(string name, string verb) => name.StartsWith(verb, StringComparison.Ordinal);
}
