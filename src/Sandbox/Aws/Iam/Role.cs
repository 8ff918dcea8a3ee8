using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Aws.Iam;

/// <summary>A role of the account.</summary>
/// <param name="Name">Its name, without a path.</param>
/// <param name="Arn">Its ARN.</param>
/// <param name="Policy">What it may do: the statements of all its policies.</param>
/// <param name="Trust">Who may become it; null means anyone who is allowed to ask.</param>
internal sealed record Role(string Name, string Arn, IamPolicy Policy, TrustPolicy? Trust);
