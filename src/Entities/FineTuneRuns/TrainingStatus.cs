using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>The SageMaker training job.</summary>
public sealed record TrainingStatus
{
    /// <summary>The name of the training job.</summary>
    public string? JobName { get; set; }

    /// <summary>The ARN of the training job.</summary>
    public string? Arn { get; set; }

    /// <summary>TrainingJobStatus in SageMaker's words: InProgress, Completed, Failed.</summary>
    public string? State { get; set; }

    /// <summary>SecondaryStatus in SageMaker's words: Starting, Downloading, Training, Interrupted.</summary>
    public string? SecondaryState { get; set; }

    /// <summary>When the training job was created (UTC).</summary>
    public DateTime? StartedAt { get; set; }

    /// <summary>When the training job was seen to have ended (UTC).</summary>
    public DateTime? FinishedAt { get; set; }

    /// <summary>How far the training is.</summary>
    public TrainingProgress? Progress { get; set; }

    /// <summary>The last losses that the trainer reported.</summary>
    public TrainingMetrics? Metrics { get; set; }

    /// <summary>Seconds that AWS bills for the job.</summary>
    [RangeMinimum(0)]
    public long? BillableSeconds { get; set; }

    /// <summary>Where the model artifacts are (s3://...).</summary>
    public string? ArtifactUri { get; set; }

    /// <summary>Where the job's logs are.</summary>
    public string? LogUrl { get; set; }
}

/// <summary>How far the training is, as the trainer reports it.</summary>
public sealed record TrainingProgress
{
    /// <summary>Percent of the steps.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(100)]
    public int? Percent { get; set; }

    /// <summary>Optimiser steps done.</summary>
    [RangeMinimum(0)]
    public long? Step { get; set; }

    /// <summary>Epochs done, as a decimal.</summary>
    public string? Epoch { get; set; }

    /// <summary>Estimated seconds to the end.</summary>
    [RangeMinimum(0)]
    public long? EtaSeconds { get; set; }
}

/// <summary>Losses that the trainer reported last, as decimals.</summary>
public sealed record TrainingMetrics
{
    /// <summary>Mean loss of a token on the training split.</summary>
    public string? TrainLoss { get; set; }

    /// <summary>Mean loss of a token on the validation split.</summary>
    public string? EvalLoss { get; set; }
}
