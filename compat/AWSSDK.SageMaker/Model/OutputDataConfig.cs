namespace Amazon.SageMaker.Model;

/// <summary>Where a training job leaves its model.</summary>
public partial class OutputDataConfig
{
    public string KmsKeyId { get; set; }

    public string S3OutputPath { get; set; }

    public OutputCompressionType CompressionType { get; set; }
}

/// <summary>The S3 URI of the model that a job left.</summary>
public partial class ModelArtifacts
{
    public string S3ModelArtifacts { get; set; }
}

/// <summary>Where a training job keeps checkpoints.</summary>
public partial class CheckpointConfig
{
    public string S3Uri { get; set; }

    public string LocalPath { get; set; }
}
