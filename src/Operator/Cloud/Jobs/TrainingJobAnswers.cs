using System.Collections.ObjectModel;
using System.Globalization;
using Amazon.SageMaker.Model;
using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Cloud.Jobs;

/// <summary>Makes the port's training job of SageMaker's answers.</summary>
internal static class TrainingJobAnswers
{
    private static readonly IReadOnlyDictionary<string, double> NoMetrics = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>A description.</summary>
    public static TrainingJob ToJob(DescribeTrainingJobResponse job)
    {
        var state = JobStateMap.OfSageMaker(job.TrainingJobStatus?.Value, job.SecondaryStatus?.Value);
        var reason = string.IsNullOrEmpty(job.FailureReason) ? null : job.FailureReason;
        return new TrainingJob(
            job.TrainingJobName,
            job.TrainingJobArn,
            state,
            job.TrainingJobStatus?.Value ?? "",
            job.SecondaryStatus?.Value ?? "",
            reason,
            state == JobState.Failed && JobStateMap.SageMakerFailureIsOurs(reason),
            job.Environment?.GetValueOrDefault(JobEnvironment.RunUid),
            // The description names the place from the beginning; something is there when the job has ended.
            state.IsTerminal() && job.ModelArtifacts?.S3ModelArtifacts is { Length: > 0 } artifacts ? artifacts.TrimEnd('/') : null,
            // The service counts one instance's seconds.
            job.BillableTimeInSeconds is { } seconds ? (long)seconds * (job.ResourceConfig?.InstanceCount ?? 1) : null,
            Metrics(job.FinalMetricDataList),
            AwsTimes.Utc(job.TrainingStartTime),
            AwsTimes.Utc(job.TrainingEndTime));
    }

    /// <summary>A summary.</summary>
    public static TrainingJob ToJob(TrainingJobSummary job) => new(
        job.TrainingJobName,
        job.TrainingJobArn,
        JobStateMap.OfSageMaker(job.TrainingJobStatus?.Value, job.SecondaryStatus?.Value),
        job.TrainingJobStatus?.Value ?? "",
        job.SecondaryStatus?.Value ?? "",
        null,
        false,
        null,
        null,
        null,
        NoMetrics,
        null,
        AwsTimes.Utc(job.TrainingEndTime));

    private static Dictionary<string, double> Metrics(List<MetricData>? metrics)
    {
        var values = new Dictionary<string, double>();
        foreach (var metric in metrics ?? [])
        {
            if (metric is { MetricName: { } name, Value: { } value })
            {
                // Through text, or 2.31 as a float would show as 2.309999942779541.
                values[name] = double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            }
        }

        return values;
    }
}
