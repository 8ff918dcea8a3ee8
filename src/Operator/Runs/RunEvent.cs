namespace GovernedFinetune.Operator.Runs;

/// <summary>Something worth a Kubernetes Event.</summary>
/// <param name="Reason">One of <see cref="Failures.Reasons"/> or a condition type.</param>
/// <param name="Message">For people; the same news has the same text, so that repetitions are counted.</param>
/// <param name="Warning">Whether it is a warning.</param>
public sealed record RunEvent(string Reason, string Message, bool Warning);
