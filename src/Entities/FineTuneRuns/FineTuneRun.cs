using k8s.Models;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>
/// One governed fine-tune: reads a table that a DatasetGrant covers, prepares it with Spark, trains on SageMaker, registers
/// the model in Unity Catalog and records the lineage between them. A run happens once and is then a record of it.
/// </summary>
[KubernetesEntity(Group = Api.Group, ApiVersion = Api.Version, Kind = "FineTuneRun", PluralName = "finetuneruns")]
[KubernetesEntityShortNames("ftr")]
[EntityScope(EntityScope.Namespaced)]
[StorageVersion]
[GenericAdditionalPrinterColumn(".status.phase", "Phase", "string")]
[GenericAdditionalPrinterColumn(".status.training.progress.percent", "Progress", "integer", Description = "Percent of the training steps")]
[GenericAdditionalPrinterColumn(".spec.registry.model", "Model", "string", Description = "Registered model")]
[GenericAdditionalPrinterColumn(".status.registration.version", "Version", "string", Description = "Version of the registered model")]
[GenericAdditionalPrinterColumn(".status.attempt", "Attempt", "integer")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[GenericAdditionalPrinterColumn(".spec.grant", "Grant", "string", Priority = PrinterColumnPriority.WideView)]
[GenericAdditionalPrinterColumn(
    ".status.training.jobName", "Job", "string", Description = "SageMaker training job", Priority = PrinterColumnPriority.WideView)]
[GenericAdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].reason", "Reason", "string", Priority = PrinterColumnPriority.WideView)]
public sealed class FineTuneRun : CustomKubernetesEntity<FineTuneRunSpec, FineTuneRunStatus>;
