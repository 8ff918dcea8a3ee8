namespace GovernedFinetune.Operator.Cloud.Calls;

/// <summary>One call of an AWS service.</summary>
/// <param name="Action">Its IAM action, such as <c>sagemaker:CreateTrainingJob</c>: what a policy must allow.</param>
/// <param name="Target">The object that it is about.</param>
internal sealed record AwsCall(string Action, string Target)
{
    /// <inheritdoc />
    public override string ToString() => $"{Action} on '{Target}'";
}
