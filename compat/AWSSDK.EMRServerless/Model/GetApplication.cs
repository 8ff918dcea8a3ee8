using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.EMRServerless.Model;

/// <summary>Asks GetApplication to describe one application.</summary>
public partial class GetApplicationRequest : AmazonEMRServerlessRequest
{
    [JsonIgnore]
    public string ApplicationId { get; set; }
}

/// <summary>What GetApplication answers.</summary>
public partial class GetApplicationResponse : AmazonWebServiceResponse
{
    public Application Application { get; set; }
}

/// <summary>An EMR Serverless application.</summary>
public partial class Application
{
    public string ApplicationId { get; set; }

    public string Name { get; set; }

    public string Arn { get; set; }

    public string ReleaseLabel { get; set; }

    public string Type { get; set; }

    public ApplicationState State { get; set; }

    public string StateDetails { get; set; }

    public MaximumAllowedResources MaximumCapacity { get; set; }

    public DateTime? CreatedAt { get; set; }

    public DateTime? UpdatedAt { get; set; }

    public Dictionary<string, string> Tags { get; set; }

    public AutoStartConfig AutoStartConfiguration { get; set; }

    public AutoStopConfig AutoStopConfiguration { get; set; }

    public NetworkConfiguration NetworkConfiguration { get; set; }

    public Architecture Architecture { get; set; }

    public List<Configuration> RuntimeConfiguration { get; set; }

    public MonitoringConfiguration MonitoringConfiguration { get; set; }

    public SchedulerConfiguration SchedulerConfiguration { get; set; }
}

/// <summary>The most that an application may use, such as <c>64 vCPU</c> and <c>512 GB</c>.</summary>
public partial class MaximumAllowedResources
{
    public string Cpu { get; set; }

    public string Memory { get; set; }

    public string Disk { get; set; }
}

/// <summary>Whether a submitted job starts the application.</summary>
public partial class AutoStartConfig
{
    public bool? Enabled { get; set; }
}

/// <summary>Whether an idle application stops.</summary>
public partial class AutoStopConfig
{
    public bool? Enabled { get; set; }

    public int? IdleTimeoutMinutes { get; set; }
}

/// <summary>How many runs go at once, and how long others wait.</summary>
public partial class SchedulerConfiguration
{
    public int? QueueTimeoutMinutes { get; set; }

    public int? MaxConcurrentRuns { get; set; }
}

/// <summary>The network of an application.</summary>
public partial class NetworkConfiguration
{
    public List<string> SubnetIds { get; set; }

    public List<string> SecurityGroupIds { get; set; }
}
