using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes;

/// <summary>A small custom resource with one of each construct.</summary>
internal static class Samples
{
    public static JsonObject Widget(string name) => new()
    {
        ["apiVersion"] = "demo.example.com/v1",
        ["kind"] = "Widget",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["color"] = "red" },
    };

    public static JsonObject ConfigMap(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject { ["a"] = "b" },
    };

    public static JsonObject Schema(JsonObject definition) =>
        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    public static JsonObject SpecProperties(JsonObject definition) => Schema(definition)["properties"]!["spec"]!["properties"]!.AsObject();

    public static JsonObject WidgetDefinition() => JsonNode.Parse(
        """
        {
          "apiVersion": "apiextensions.k8s.io/v1",
          "kind": "CustomResourceDefinition",
          "metadata": {"name": "widgets.demo.example.com"},
          "spec": {
            "group": "demo.example.com",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"], "categories": ["all"]},
            "versions": [{
              "name": "v1", "served": true, "storage": true,
              "subresources": {"status": {}},
              "selectableFields": [{"jsonPath": ".spec.color"}],
              "additionalPrinterColumns": [
                {"name": "Color", "type": "string", "jsonPath": ".spec.color"},
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
                    "description": "What the widget should be.",
                    "type": "object",
                    "required": ["color"],
                    "x-kubernetes-validations": [
                      {"rule": "!has(self.least) || !has(self.most) || self.least <= self.most", "message": "least must not exceed most", "fieldPath": ".least"}
                    ],
                    "properties": {
                      "color": {"type": "string", "enum": ["red", "green", "blue"], "description": "Colour of the widget."},
                      "size": {"type": "integer", "minimum": 1, "maximum": 10, "default": 3},
                      "ratio": {"type": "number", "exclusiveMinimum": true, "minimum": 0},
                      "code": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 5},
                      "port": {"x-kubernetes-int-or-string": true},
                      "due": {"type": "string", "format": "date-time"},
                      "note": {"type": "string", "nullable": true},
                      "least": {"type": "integer"},
                      "most": {"type": "integer"},
                      "profile": {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "profile is immutable", "reason": "FieldValueForbidden"}]},
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
        """)!.AsObject();
}
