using GovernedFinetune.Sandbox.Aws.Jobs;
using GovernedFinetune.Sandbox.Aws.Json;

namespace GovernedFinetune.Sandbox.Aws.SageMaker;

/// <summary>A training job whose outcome and duration are written in a script.</summary>
internal sealed class ScriptedTraining(JobScript script, JobScripts scripts) : ITrainingDriver
{
    public void Begin(TrainingJob job, DateTimeOffset at) => BeginRound(job, at, script.Interruptions);

    public void Stop(TrainingJob job, DateTimeOffset at) => job.Agenda.At(at.AddSeconds(script.StopSeconds), due => job.End(null, due));

    /// <summary>From Starting to the end, or to the interruption that begins the next round.</summary>
    private void BeginRound(TrainingJob job, DateTimeOffset at, int interruptionsLeft)
    {
        var start = at.AddSeconds(script.QueueSeconds);
        if (script.FailsBeforeStart)
        {
            job.Agenda.At(start, due => job.End(script.FailureReason ?? "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.", due));
            return;
        }

        job.Agenda.At(at.AddSeconds(script.QueueSeconds / 2), due => job.Enter(TrainingStatus.Downloading, due));
        job.Agenda.At(start, due => job.Enter(TrainingStatus.Training, due));
        if (interruptionsLeft > 0)
        {
            job.Agenda.At(start.AddSeconds(script.Seconds / (script.Interruptions + 1)), due =>
            {
                job.Enter(TrainingStatus.Interrupted, due);
                job.Enter(TrainingStatus.Starting, due);
                BeginRound(job, due, interruptionsLeft - 1);
            });
        }
        else if (script.Outcome != JobOutcome.Hang)
        {
            job.Agenda.At(start.AddSeconds(script.Seconds / (script.Interruptions + 1)), due => Finish(job, due));
        }
    }

    private void Finish(TrainingJob job, DateTimeOffset at)
    {
        foreach (var (name, value) in script.Metrics)
        {
            job.Metrics.Set(name, (float)value, at);
        }

        if (script.Outcome == JobOutcome.Failure)
        {
            job.End(script.FailureReason ?? "AlgorithmError: scripted failure, exit code: 1", at);
            return;
        }

        job.Enter(TrainingStatus.Uploading, at);
        try
        {
            scripts.LeaveObjects(script, new ScriptedJob(
                job.Name,
                job.Request.Object("AlgorithmSpecification")?.Texts("ContainerArguments") ?? [],
                job.Request.TextMap("Environment"),
                job.Output.Below("model").ToString(),
                scripts.ReadText));
            job.End(null, at);
        }
        catch (Exception e)
        {
            job.End($"InternalServerError: the job's script failed: {e.Message}", at);
        }
    }
}
