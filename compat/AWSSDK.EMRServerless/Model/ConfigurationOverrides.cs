namespace Amazon.EMRServerless.Model;

/// <summary>What a run changes of its application's configuration.</summary>
public partial class ConfigurationOverrides
{
    public List<Configuration> ApplicationConfiguration { get; set; }

    public MonitoringConfiguration MonitoringConfiguration { get; set; }

    public DiskEncryptionConfiguration DiskEncryptionConfiguration { get; set; }
}

/// <summary>The KMS key of the workers' disks.</summary>
public partial class DiskEncryptionConfiguration
{
    public Dictionary<string, string> EncryptionContext { get; set; }

    public string EncryptionKeyArn { get; set; }
}

/// <summary>The properties of one classification, such as <c>spark-defaults</c>.</summary>
public partial class Configuration
{
    public string Classification { get; set; }

    public Dictionary<string, string> Properties { get; set; }

    public List<Configuration> Configurations { get; set; }
}

/// <summary>Where a run leaves its logs.</summary>
public partial class MonitoringConfiguration
{
    public S3MonitoringConfiguration S3MonitoringConfiguration { get; set; }

    public ManagedPersistenceMonitoringConfiguration ManagedPersistenceMonitoringConfiguration { get; set; }

    public CloudWatchLoggingConfiguration CloudWatchLoggingConfiguration { get; set; }
}

/// <summary>Logs in S3.</summary>
public partial class S3MonitoringConfiguration
{
    public string LogUri { get; set; }

    public string EncryptionKeyArn { get; set; }
}

/// <summary>Logs that EMR keeps.</summary>
public partial class ManagedPersistenceMonitoringConfiguration
{
    public bool? Enabled { get; set; }

    public string EncryptionKeyArn { get; set; }
}

/// <summary>Logs in CloudWatch.</summary>
public partial class CloudWatchLoggingConfiguration
{
    public bool? Enabled { get; set; }

    public string LogGroupName { get; set; }

    public string LogStreamNamePrefix { get; set; }

    public string EncryptionKeyArn { get; set; }

    public Dictionary<string, List<string>> LogTypes { get; set; }
}
