using GovernedFinetune.Operator.Audit;
using GovernedFinetune.Operator.Hosting;

try
{
    return Command.Parse(args) switch
    {
        Command.Run run => await OperatorHost.RunAsync(run, CancellationToken.None),
        Command.Once once => await OnceHost.RunAsync(once, Console.Out, Console.Error),
        Command.VerifyAudit verify => await AuditCommand.VerifyAsync(verify, Console.Out, CancellationToken.None),
        Command.Help => await HelpAsync(),
        var other => throw new InvalidOperationException($"{other.GetType().Name} is not a command."),
    };
}
catch (ConfigurationException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 64;
}

static async Task<int> HelpAsync()
{
    await Console.Out.WriteLineAsync(Command.Usage);
    return 0;
}
