using GovernedFinetune.Sandbox.Kubernetes.Schema;

namespace GovernedFinetune.Sandbox.Kubernetes.Cel;

/// <summary>One validation rule, ready to run.</summary>
/// <param name="Source">The rule as written.</param>
/// <param name="Rule">Its expression.</param>
/// <param name="Message">Expression of its message, if it has one.</param>
/// <param name="UsesOldSelf">Whether it compares with the value before the change, so that it runs on updates only.</param>
/// <param name="Field">Path below the value that errors are to name; empty for the value itself.</param>
internal sealed record CompiledRule(RuleSource Source, Expression Rule, Expression? Message, bool UsesOldSelf, string Field);
