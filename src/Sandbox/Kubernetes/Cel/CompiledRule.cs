using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>One validation rule, ready to run.</summary>
/// <param name="Source">The rule as written.</param>
internal sealed record CompiledRule(RuleSource Source);
