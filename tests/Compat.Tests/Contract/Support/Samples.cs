using System.Text.Json.Nodes;

namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>A small custom resource with one of each construct, and small objects.</summary>
internal static class Samples
{
    public static JsonObject Widget(string group, string name) => new()
    {
        ["apiVersion"] = $"{group}/v1",
        ["kind"] = "Widget",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["color"] = "red" },
    };

    public static JsonObject ConfigMap(string name) => Named(name, """{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"b"}}""");

    public static JsonObject Deployment(string name) => Named(
        name,
        """
        {"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},
         "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"x","image":"x:1"},{"name":"y","image":"y:1"}]}}}}
        """);

    public static JsonObject WidgetDefinition(string group) => JsonNode.Parse(
        """
        {
          "apiVersion": "apiextensions.k8s.io/v1",
          "kind": "CustomResourceDefinition",
          "metadata": {"name": "widgets.GROUP"},
          "spec": {
            "group": "GROUP",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
            "versions": [{
              "name": "v1", "served": true, "storage": true,
              "subresources": {"status": {}},
              "selectableFields": [{"jsonPath": ".spec.color"}],
              "additionalPrinterColumns": [
                {"name": "Color", "type": "string", "jsonPath": ".spec.color"},
                {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
                {"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"},
                {"name": "Reason", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].reason", "priority": 1},
                {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
              ],
              "schema": {"openAPIV3Schema": {
                "description": "A widget to try things with.",
                "type": "object",
                "required": ["spec"],
                "properties": {
                  "spec": {
                    "type": "object",
                    "required": ["color"],
                    "x-kubernetes-validations": [
                      {"rule": "!has(self.least) || !has(self.most) || self.least <= self.most", "message": "least must not exceed most"}
                    ],
                    "properties": {
                      "color": {"type": "string", "enum": ["red", "green", "blue"]},
                      "size": {"type": "integer", "minimum": 1, "maximum": 10, "default": 3},
                      "code": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 5},
                      "port": {"x-kubernetes-int-or-string": true},
                      "due": {"type": "string", "format": "date-time"},
                      "note": {"type": "string", "nullable": true},
                      "least": {"type": "integer"},
                      "most": {"type": "integer"},
                      "profile": {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "profile is immutable"}]},
                      "tags": {"type": "array", "maxItems": 3, "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
                      "steps": {"type": "array", "items": {"type": "string"}},
                      "parts": {
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "count": {"type": "integer", "default": 1}}}
                      },
                      "extra": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                      "names": {"type": "object", "additionalProperties": {"type": "string"}}
                    }
                  },
                  "status": {
                    "type": "object",
                    "properties": {
                      "phase": {"type": "string"},
                      "conditions": {
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
                        "items": {"type": "object", "required": ["type", "status"], "properties": {
                          "type": {"type": "string"}, "status": {"type": "string"}, "reason": {"type": "string"}
                        }}
                      }
                    }
                  }
                }
              }}
            }]
          }
        }
        """.Replace("GROUP", group, StringComparison.Ordinal))!.AsObject();

    private static JsonObject Named(string name, string json)
    {
        var made = JsonNode.Parse(json)!.AsObject();
        made["metadata"] = new JsonObject { ["name"] = name };
        return made;
    }
}
