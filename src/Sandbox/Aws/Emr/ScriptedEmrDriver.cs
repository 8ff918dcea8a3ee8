using GovernedFinetune.Sandbox.Aws.Jobs;

namespace GovernedFinetune.Sandbox.Aws.Emr;

/// <summary>A job run whose outcome and duration are written in a script.</summary>
internal sealed class ScriptedEmrDriver(JobScript script, JobScripts scripts) : IEmrDriver
{
    public void Begin(EmrJobRun run, DateTimeOffset at)
    {
        string[] waiting = script.Queued ? [RunState.Queued, RunState.Pending, RunState.Scheduled] : [RunState.Pending, RunState.Scheduled];
        var start = at + TimeSpan.FromSeconds(script.QueueSeconds);
        for (var i = 0; i < waiting.Length; i++)
        {
            var state = waiting[i];
            run.Agenda.At(at + TimeSpan.FromSeconds(script.QueueSeconds * (i + 1) / (waiting.Length + 1)), due => run.Enter(state, due));
        }

        if (script.FailsBeforeStart)
        {
            run.Agenda.At(start, due => run.End(RunState.Failed, script.FailureReason ?? "Job failed before it started.", due));
            return;
        }

        run.Agenda.At(start, due => run.Enter(RunState.Running, due));
        if (script.Outcome != JobOutcome.Hang)
        {
            run.Agenda.At(start + TimeSpan.FromSeconds(script.Seconds), due => Finish(run, due));
        }
    }

    public void Cancel(EmrJobRun run, DateTimeOffset at, TimeSpan grace) =>
        run.Agenda.At(at + TimeSpan.FromSeconds(script.StopSeconds), due => run.End(RunState.Cancelled, "", due));

    private void Finish(EmrJobRun run, DateTimeOffset at)
    {
        if (script.Outcome == JobOutcome.Failure)
        {
            run.End(RunState.Failed, script.FailureReason ?? EmrProcessDriver.FailureDetails(1, ""), at);
            return;
        }

        try
        {
            scripts.LeaveObjects(script, new ScriptedJob(run.Name, run.Arguments, new Dictionary<string, string>(), "", scripts.ReadText));
            run.End(RunState.Success, "Job run completed.", at);
        }
        catch (Exception e)
        {
            run.End(RunState.Failed, $"The job's script failed: {e.Message}", at);
        }
    }
}
