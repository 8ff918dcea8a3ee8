using Amazon.Runtime;

namespace Amazon.SageMaker;

/// <summary>The values of <c>TrainingInstanceType</c>; any other text is a value too.</summary>
public class TrainingInstanceType : ConstantClass
{
    public static readonly TrainingInstanceType MlC518xlarge = new("ml.c5.18xlarge");
    public static readonly TrainingInstanceType MlC52xlarge = new("ml.c5.2xlarge");
    public static readonly TrainingInstanceType MlC54xlarge = new("ml.c5.4xlarge");
    public static readonly TrainingInstanceType MlC59xlarge = new("ml.c5.9xlarge");
    public static readonly TrainingInstanceType MlC5Xlarge = new("ml.c5.xlarge");
    public static readonly TrainingInstanceType MlG4dn12xlarge = new("ml.g4dn.12xlarge");
    public static readonly TrainingInstanceType MlG4dn16xlarge = new("ml.g4dn.16xlarge");
    public static readonly TrainingInstanceType MlG4dn2xlarge = new("ml.g4dn.2xlarge");
    public static readonly TrainingInstanceType MlG4dn4xlarge = new("ml.g4dn.4xlarge");
    public static readonly TrainingInstanceType MlG4dn8xlarge = new("ml.g4dn.8xlarge");
    public static readonly TrainingInstanceType MlG4dnXlarge = new("ml.g4dn.xlarge");
    public static readonly TrainingInstanceType MlG512xlarge = new("ml.g5.12xlarge");
    public static readonly TrainingInstanceType MlG516xlarge = new("ml.g5.16xlarge");
    public static readonly TrainingInstanceType MlG524xlarge = new("ml.g5.24xlarge");
    public static readonly TrainingInstanceType MlG52xlarge = new("ml.g5.2xlarge");
    public static readonly TrainingInstanceType MlG548xlarge = new("ml.g5.48xlarge");
    public static readonly TrainingInstanceType MlG54xlarge = new("ml.g5.4xlarge");
    public static readonly TrainingInstanceType MlG58xlarge = new("ml.g5.8xlarge");
    public static readonly TrainingInstanceType MlG5Xlarge = new("ml.g5.xlarge");
    public static readonly TrainingInstanceType MlG612xlarge = new("ml.g6.12xlarge");
    public static readonly TrainingInstanceType MlG616xlarge = new("ml.g6.16xlarge");
    public static readonly TrainingInstanceType MlG624xlarge = new("ml.g6.24xlarge");
    public static readonly TrainingInstanceType MlG62xlarge = new("ml.g6.2xlarge");
    public static readonly TrainingInstanceType MlG648xlarge = new("ml.g6.48xlarge");
    public static readonly TrainingInstanceType MlG64xlarge = new("ml.g6.4xlarge");
    public static readonly TrainingInstanceType MlG68xlarge = new("ml.g6.8xlarge");
    public static readonly TrainingInstanceType MlG6Xlarge = new("ml.g6.xlarge");
    public static readonly TrainingInstanceType MlG6e12xlarge = new("ml.g6e.12xlarge");
    public static readonly TrainingInstanceType MlG6e16xlarge = new("ml.g6e.16xlarge");
    public static readonly TrainingInstanceType MlG6e24xlarge = new("ml.g6e.24xlarge");
    public static readonly TrainingInstanceType MlG6e2xlarge = new("ml.g6e.2xlarge");
    public static readonly TrainingInstanceType MlG6e48xlarge = new("ml.g6e.48xlarge");
    public static readonly TrainingInstanceType MlG6e4xlarge = new("ml.g6e.4xlarge");
    public static readonly TrainingInstanceType MlG6e8xlarge = new("ml.g6e.8xlarge");
    public static readonly TrainingInstanceType MlG6eXlarge = new("ml.g6e.xlarge");
    public static readonly TrainingInstanceType MlM512xlarge = new("ml.m5.12xlarge");
    public static readonly TrainingInstanceType MlM524xlarge = new("ml.m5.24xlarge");
    public static readonly TrainingInstanceType MlM52xlarge = new("ml.m5.2xlarge");
    public static readonly TrainingInstanceType MlM54xlarge = new("ml.m5.4xlarge");
    public static readonly TrainingInstanceType MlM5Large = new("ml.m5.large");
    public static readonly TrainingInstanceType MlM5Xlarge = new("ml.m5.xlarge");
    public static readonly TrainingInstanceType MlP4d24xlarge = new("ml.p4d.24xlarge");
    public static readonly TrainingInstanceType MlP4de24xlarge = new("ml.p4de.24xlarge");
    public static readonly TrainingInstanceType MlP548xlarge = new("ml.p5.48xlarge");
    public static readonly TrainingInstanceType MlP54xlarge = new("ml.p5.4xlarge");
    public static readonly TrainingInstanceType MlP5e48xlarge = new("ml.p5e.48xlarge");
    public static readonly TrainingInstanceType MlP5en48xlarge = new("ml.p5en.48xlarge");

    public TrainingInstanceType(string value)
        : base(value)
    {
    }

    public static TrainingInstanceType FindValue(string value) => FindValue<TrainingInstanceType>(value);

    public static implicit operator TrainingInstanceType(string value) => FindValue(value);
}
