using System.Reflection;
using System.Text.Json.Nodes;
using GovernedFinetune.Sandbox.Kubernetes.Json;
using GovernedFinetune.Sandbox.Kubernetes.Objects;
using GovernedFinetune.Sandbox.Kubernetes.Resources;

namespace GovernedFinetune.Sandbox.Kubernetes.Authorization;

/// <summary>The roles and bindings that every cluster begins with, as far as this server has what they are about.</summary>
internal static class BootstrapPolicy
{
    /// <summary>Creates them.</summary>
    public static void Create(ResourceRegistry registry, ObjectWriter writer, WriteOptions options)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var resource = assembly.GetManifestResourceNames().Single(name => name.EndsWith(".Authorization.bootstrap.yaml", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        foreach (var item in YamlReading.Parse(reader.ReadToEnd()).Array("items")!.OfType<JsonObject>())
        {
            var type = registry.FindKind("rbac.authorization.k8s.io", "v1", item.Text("kind")!)!;
            var role = item.Copy();
            var metadata = role.Object("metadata")!;
            metadata.Ensure("labels")["kubernetes.io/bootstrapping"] = "rbac-defaults";
            metadata.Ensure("annotations")["rbac.authorization.kubernetes.io/autoupdate"] = "true";
            _ = writer.Create(type, "", role, options);
        }
    }
}
