using k8s.Models;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Entities;

/// <summary>
/// What one service principal may do in Unity Catalog, as far as runs of this namespace need it: the tables they may read
/// and the schemas they may write to. The operator checks it again and again and never grants anything itself.
/// </summary>
[KubernetesEntity(Group = Api.Group, ApiVersion = Api.Version, Kind = "DatasetGrant", PluralName = "datasetgrants")]
[KubernetesEntityShortNames("dg")]
[EntityScope(EntityScope.Namespaced)]
[StorageVersion]
[GenericAdditionalPrinterColumn(".status.phase", "Phase", "string")]
[GenericAdditionalPrinterColumn(".status.missing", "Missing", "integer", Description = "Privileges that are not granted")]
[GenericAdditionalPrinterColumn(".spec.principal", "Principal", "string")]
[GenericAdditionalPrinterColumn(".status.lastCheckedAt", "Checked", "date", Description = "Time since the last check")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[GenericAdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].reason", "Reason", "string", Priority = PrinterColumnPriority.WideView)]
public sealed class DatasetGrant : CustomKubernetesEntity<DatasetGrantSpec, DatasetGrantStatus>;
