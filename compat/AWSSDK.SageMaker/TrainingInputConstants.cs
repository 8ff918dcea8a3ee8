using Amazon.Runtime;

namespace Amazon.SageMaker;

/// <summary>The values of <c>TrainingInputMode</c>; any other text is a value too.</summary>
public class TrainingInputMode : ConstantClass
{
    public static readonly TrainingInputMode FastFile = new("FastFile");
    public static readonly TrainingInputMode File = new("File");
    public static readonly TrainingInputMode Pipe = new("Pipe");

    public TrainingInputMode(string value)
        : base(value)
    {
    }

    public static TrainingInputMode FindValue(string value) => FindValue<TrainingInputMode>(value);

    public static implicit operator TrainingInputMode(string value) => FindValue(value);
}

/// <summary>The values of <c>S3DataType</c>; any other text is a value too.</summary>
public class S3DataType : ConstantClass
{
    public static readonly S3DataType AugmentedManifestFile = new("AugmentedManifestFile");
    public static readonly S3DataType Converse = new("Converse");
    public static readonly S3DataType ManifestFile = new("ManifestFile");
    public static readonly S3DataType S3Prefix = new("S3Prefix");

    public S3DataType(string value)
        : base(value)
    {
    }

    public static S3DataType FindValue(string value) => FindValue<S3DataType>(value);

    public static implicit operator S3DataType(string value) => FindValue(value);
}

/// <summary>The values of <c>S3DataDistribution</c>; any other text is a value too.</summary>
public class S3DataDistribution : ConstantClass
{
    public static readonly S3DataDistribution FullyReplicated = new("FullyReplicated");
    public static readonly S3DataDistribution ShardedByS3Key = new("ShardedByS3Key");

    public S3DataDistribution(string value)
        : base(value)
    {
    }

    public static S3DataDistribution FindValue(string value) => FindValue<S3DataDistribution>(value);

    public static implicit operator S3DataDistribution(string value) => FindValue(value);
}

/// <summary>The values of <c>CompressionType</c>; any other text is a value too.</summary>
public class CompressionType : ConstantClass
{
    public static readonly CompressionType Gzip = new("Gzip");
    public static readonly CompressionType None = new("None");

    public CompressionType(string value)
        : base(value)
    {
    }

    public static CompressionType FindValue(string value) => FindValue<CompressionType>(value);

    public static implicit operator CompressionType(string value) => FindValue(value);
}

/// <summary>The values of <c>OutputCompressionType</c>; any other text is a value too.</summary>
public class OutputCompressionType : ConstantClass
{
    public static readonly OutputCompressionType GZIP = new("GZIP");
    public static readonly OutputCompressionType NONE = new("NONE");

    public OutputCompressionType(string value)
        : base(value)
    {
    }

    public static OutputCompressionType FindValue(string value) => FindValue<OutputCompressionType>(value);

    public static implicit operator OutputCompressionType(string value) => FindValue(value);
}

/// <summary>The values of <c>RecordWrapper</c>; any other text is a value too.</summary>
public class RecordWrapper : ConstantClass
{
    public static readonly RecordWrapper None = new("None");
    public static readonly RecordWrapper RecordIO = new("RecordIO");

    public RecordWrapper(string value)
        : base(value)
    {
    }

    public static RecordWrapper FindValue(string value) => FindValue<RecordWrapper>(value);

    public static implicit operator RecordWrapper(string value) => FindValue(value);
}
