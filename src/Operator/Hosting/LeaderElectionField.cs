using System.Text.RegularExpressions;
using GovernedFinetune.Operator.Leadership;

namespace GovernedFinetune.Operator.Hosting;

/// <summary>Reads <c>leaderElection</c>: an object, or only whether there is an election.</summary>
internal static partial class LeaderElectionField
{
    /// <summary>Reads the field.</summary>
    /// <exception cref="ConfigurationException">A value does not fit, or the times do not fit together.</exception>
    public static LeaderElectionOptions Read(JsonField field)
    {
        var usual = new LeaderElectionOptions();
        if (!field.IsObject)
        {
            return usual with { Enabled = field.Flag(absent: true, expected: "true, false, or an object") };
        }

        var options = new LeaderElectionOptions
        {
            Enabled = field["enabled"].Flag(absent: true),
            LeaseDuration = field["leaseDuration"].Duration(absent: usual.LeaseDuration),
            RenewDeadline = field["renewDeadline"].Duration(absent: usual.RenewDeadline),
            RetryPeriod = field["retryPeriod"].Duration(absent: usual.RetryPeriod),
            LeaseName = field["leaseName"].IsPresent
                ? field["leaseName"].Parsed(n => n.Length <= 253 && ObjectName().IsMatch(n) ? n : null, "the name of a Lease (lower case letters, digits, '-' and '.')")
                : usual.LeaseName,
        };
        field.Complete();
        return Consistent(field, options);
    }

    /// <summary>What keeps two replicas apart: see the fence.</summary>
    private static LeaderElectionOptions Consistent(JsonField field, LeaderElectionOptions options)
    {
        var (lease, renew, retry) = (options.LeaseDuration, options.RenewDeadline, options.RetryPeriod);
        if (lease.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw field["leaseDuration"].Wrong($"is {lease.TotalSeconds} s", "whole seconds, which is what a Lease stores");
        }

        if (lease - renew < TimeSpan.FromSeconds(2))
        {
            throw field["renewDeadline"].Wrong(
                $"is {renew.TotalSeconds} s with a leaseDuration of {lease.TotalSeconds} s",
                "at least 2 s less, so that a call which the old leader began in time arrives before there is a new one");
        }

        return retry * 3 <= renew
            ? options
            : throw field["retryPeriod"].Wrong(
                $"is {retry.TotalSeconds} s with a renewDeadline of {renew.TotalSeconds} s", "at most a third of it, so that one lost request does not cost the lease");
    }

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9.-]*[a-z0-9])?\z")]
    private static partial Regex ObjectName();
}
