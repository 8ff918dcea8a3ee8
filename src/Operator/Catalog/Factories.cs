using GovernedFinetune.Operator.Grants.Ports;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog;

/// <summary>Gives runs the services of their profile.</summary>
internal sealed class RunServicesFactory(ConnectionsByProfile connections) : IRunServicesFactory
{
    /// <inheritdoc />
    public RunServices For(Profile profile) => connections.Of(profile).Runs;
}

/// <summary>Gives grants the privilege reader of their profile.</summary>
internal sealed class PrivilegeReaderFactory(ConnectionsByProfile connections) : IPrivilegeReaderFactory
{
    /// <inheritdoc />
    public IPrivilegeReader For(Profile profile) => connections.Of(profile).Privileges;
}
