using k8s;
using k8s.Models;
using KubeOps.Abstractions.Entities;
using KubeOps.Abstractions.Entities.Attributes;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

public sealed class WidgetSpec
{
    public string? Color { get; set; }

    public int? Size { get; set; }
}

public sealed class WidgetStatus
{
    public string? Phase { get; set; }
}

/// <summary>The custom resource of these tests.</summary>
[KubernetesEntity(Group = "tests.example.com", ApiVersion = "v1", Kind = "Widget", PluralName = "widgets")]
public sealed class Widget : CustomKubernetesEntity<WidgetSpec, WidgetStatus>
{
    public const string Collection = "/apis/tests.example.com/v1/namespaces/default/widgets";

    public static Widget Named(string name, string color = "red") => new Widget
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Spec = new WidgetSpec { Color = color },
    }.Initialize();
}

/// <summary>A cluster-wide resource whose plural is left to be derived.</summary>
[KubernetesEntity(Group = "tests.example.com", ApiVersion = "v1beta1", Kind = "Planet")]
[EntityScope(EntityScope.Cluster)]
public sealed class Planet : CustomKubernetesEntity<WidgetSpec>
{
    public static Planet Named(string name) => new Planet { Metadata = new V1ObjectMeta { Name = name } }.Initialize();
}
