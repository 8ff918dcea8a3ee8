namespace GovernedFinetune.Operator.Hosting;

/// <summary>The configuration cannot be used. The message names the file, the field and what is expected.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
