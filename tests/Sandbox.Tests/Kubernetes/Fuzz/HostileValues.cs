using System.Text.Json.Nodes;

namespace GovernedFinetune.Sandbox.Tests.Kubernetes.Fuzz;

/// <summary>The pieces that hostile requests are put together from.</summary>
internal static class HostileValues
{
    private const string Core = "/api/v1/namespaces/default";

    public static readonly string[] Fields =
    [
        "metadata", "name", "generateName", "namespace", "labels", "annotations", "finalizers", "ownerReferences", "managedFields", "fieldsV1", "f:spec", "resourceVersion", "uid",
        "deletionTimestamp", "creationTimestamp", "generation", "spec", "status", "color", "size", "ratio", "code", "port", "due", "parts", "tags", "extra", "names", "conditions", "versions",
        "schema", "openAPIV3Schema", "properties", "items", "additionalProperties", "type", "format", "pattern", "default", "enum", "anyOf", "not", "required", "nullable", "$ref", "maxLength",
        "x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-int-or-string", "x-kubernetes-embedded-resource", "x-kubernetes-preserve-unknown-fields",
        "additionalPrinterColumns", "selectableFields", "subresources", "conversion", "data", "binaryData", "stringData", "rules", "roleRef", "subjects", "kind", "apiVersion", "$patch", "$retainKeys",
        "$setElementOrder/finalizers", "$deleteFromPrimitiveList/finalizers", "", "a.b", "~1", "..", "\u0000", "__proto__", "preconditions", "propagationPolicy", "dryRun", "op", "path", "from", "value",
        "holderIdentity", "renewTime", "leaseDurationSeconds", "regarding", "eventTime", "template", "selector", "replicas", "matchLabels", "matchExpressions", "operator", "values", "expirationSeconds", "audiences",
    ];

    /// <summary>JSON texts. Deep ones and huge ones come by <see cref="Damage"/>.</summary>
    public static readonly string[] Values =
    [
        "null", "0", "-0", "7", "-1", "1.0", "1e2", "1e308", "5e-324", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "0.1", "true", "false",
        "\"\"", "\" \"", "\"x\"", "\"..\"", "\"../../etc\"", "\"%2e%2e%2f\"", "\"a\\u0000b\"", "\"\\n\"", "\"\\u202e\"", "\"\\ud83d\\ude00\"", "\"ß\"", "\"-\"", "\"default\"", "\"one\"",
        "\"2026-01-01T00:00:00Z\"", "\"9999-12-31T23:59:60Z\"", "\"0000-00-00T00:00:00Z\"", "\"2026-01-01T00:00:00.123456Z\"", "\"1e400h\"", "\"9223372036854775807h\"", "\"-1h\"",
        "\"(a+)+$\"", "\"((a{99}){99}){99}\"", "\"(?=x)\"", "\"[\"", "\"\\\\\"", "\"\\\\u0041\"", "\"(?P<n>a)(?P<n>b)\"", "\"\\\\p{Greek}\"",
        "\"self == oldSelf\"", "\"self.all(x, self.all(y, x == y))\"", "\"self.matches('(a+)+$')\"", "\"1/0 == 1\"", "\"[].all(\"", "\"has(self.a) ? self.a : self.b\"", "\"self.metadata.name.size() > 0\"",
        "\".spec.color\"", "\".spec['color']\"", "\".a[?(@.b==\\\"c\\\")].d\"", "\"{.a}\"", "\".\"", "\"set\"", "\"map\"", "\"atomic\"", "\"string\"", "\"object\"", "\"array\"", "\"integer\"", "\"date-time\"",
        "[]", "{}", "[null]", "[[[]]]", "[{}]", "[\"\"]", "[\"x\",\"x\"]", "[1,\"1\",1.0]", "{\"\":\"\"}", "{\"a\":null}", "{\"a\":{\"b\":{\"c\":[{\"d\":1}]}}}", "{\"$patch\":\"delete\"}", "{\"$patch\":\"replace\"}",
        "[{\"$patch\":\"delete\",\"name\":\"x\"}]", "[{\"name\":null}]", "[{\"name\":\"x\"},{\"name\":\"x\"}]", "{\"type\":\"string\",\"pattern\":\"^(a|a)*$\"}", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}",
        "[{\"rule\":\"self.size() > 1\",\"message\":\"m\"}]", "[{\"rule\":\"true\",\"messageExpression\":\"'a' + self\"}]", "{\"f:spec\":{\"f:color\":{}}}", "{\"f:metadata\":{\".\":{},\"k:{\\\"name\\\":1}\":{}}}",
        "[{\"manager\":\"m\",\"operation\":\"Apply\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:spec\":7}}]", "[{\"uid\":\"x\",\"kind\":\"Widget\",\"name\":\"one\",\"apiVersion\":\"demo.example.com/v1\"}]",
        "[{\"uid\":\"\",\"controller\":true,\"blockOwnerDeletion\":7}]", "[\"kubernetes\"]", "[\"demo.example.com/hold\"]",
    ];

    /// <summary>Texts that queries, paths and headers carry; some are escaped, some are not.</summary>
    public static readonly string[] Texts =
    [
        "", "x", "one", "0", "-1", "1", "99999999999999999999", "1.5", "%00", "%0a", "%ff", "%c0%af", "%zz", "..", "%2e%2e", "%2f", "a%2fb", "%25", "true", "false", "maybe", "All", "Strict", "Warn", "Exact", "NotOlderThan",
        "a%3Db", "a%21%3Db", "a%20in%20(b,c)", "a%20in%20(", "((((((", "!", "!!a", ",", "a%3D%3D%3Db", "a%3E1", "metadata.name%3Done", "spec.color%3Dred", "spec.nope%3Dx", "metadata.name%3D%5C", "e30", "forged",
        "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTk5OTk5OSwic3RhcnQiOiIuLi94In0", "eyJ2IjoxfQ", "1h", "-1s", "1e400", "%C3%A4", "%F0%9F%98%80", "' OR 1=1--", "<script>", "m", "Background", "Orphan",
    ];

    public static readonly string[] Parameters =
    [
        "labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "resourceVersionMatch", "sendInitialEvents", "allowWatchBookmarks", "includeObject", "pretty", "dryRun", "fieldManager", "force",
        "fieldValidation", "propagationPolicy", "orphanDependents", "gracePeriodSeconds", "timeout", "nope", "",
    ];

    public static readonly string[] Collections =
    [
        TestCluster.Widgets, $"{Core}/configmaps", $"{Core}/secrets", $"{Core}/serviceaccounts", $"{Core}/events", "/apis/events.k8s.io/v1/namespaces/default/events", "/apis/coordination.k8s.io/v1/namespaces/default/leases",
        "/apis/apps/v1/namespaces/default/deployments", "/apis/rbac.authorization.k8s.io/v1/clusterroles", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", "/api/v1/configmaps", "/apis/demo.example.com/v1/widgets",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    ];

    /// <summary>Collections that everything else rests on: changed in dry runs only, or by objects of other names.</summary>
    public static readonly string[] Foundations = ["/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "/api/v1/namespaces"];

    public static readonly string[] Names = ["one", "a", "..", ".", "%2e%2e", "a%2fb", "%00", "%ff", "A", "a..b", "-", "x/y", "one/status", "one/scale", "one/nope", "default/token", "", "/"];

    public static readonly string[] MediaTypes =
    [
        "application/json", "application/json", "application/merge-patch+json", "application/merge-patch+json", "application/json-patch+json", "application/json-patch+json", "application/strategic-merge-patch+json",
        "application/apply-patch+yaml", "application/apply-patch+yaml", "application/vnd.kubernetes.protobuf", "application/yaml", "text/plain", "", "application/json; charset=utf-16", ";;;", "application/cbor", "multipart/form-data",
    ];

    public static readonly (string Name, string Value)[] Headers =
    [
        ("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"), ("Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"), ("Accept", "application/vnd.kubernetes.protobuf"), ("Accept", ";;;q=x"),
        ("Accept", "application/json;as=Table;v=v9;g=x"), ("Content-Encoding", "gzip"), ("Content-Encoding", "nope"), ("User-Agent", "///"), ("User-Agent", "a b/c(d)"), ("Impersonate-User", "nobody"), ("Impersonate-Group", "x"),
        ("Impersonate-Uid", "7"), ("Impersonate-Extra-%zz", "x"), ("If-Match", "*"), ("Expect", "nonsense"), ("X-Forwarded-For", "::::"), ("Upgrade", "websocket"), ("Range", "bytes=0-1"),
    ];

    public static readonly string[] Methods = ["GET", "GET", "POST", "POST", "POST", "PUT", "PATCH", "PATCH", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND", "get"];

    public static readonly string[] Sources =
    [
        Samples.Widget("one").ToJsonString(), Samples.Widget("two").ToJsonString(), Rich(), Samples.ConfigMap("a").ToJsonString(), Definition(),
        """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"a":"b"},"data":{"k":"dg=="}}""",
        """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"one"},"spec":{"holderIdentity":"h","leaseDurationSeconds":15,"renewTime":"2026-01-01T00:00:00.000000Z","leaseTransitions":1}}""",
        """{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"e"},"regarding":{"kind":"Widget","name":"one","namespace":"default"},"reason":"R","action":"A","type":"Normal","note":"n","eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"c","reportingInstance":"i"}""",
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"one"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}}}""",
        """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"one"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""",
        """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"one"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"one"},"subjects":[{"kind":"User","name":"u"}]}""",
        """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"default"}}}""",
        """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"fuzzed"}}""",
        """{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","preconditions":{"uid":"x"}}""",
        """[{"op":"add","path":"/metadata/labels","value":{"a":"b"}},{"op":"replace","path":"/spec/color","value":"blue"}]""",
        """[{"op":"add","path":"/spec/tags/99999999999999999999","value":"x"}]""", """[{"op":"move","from":"/spec","path":"/spec/extra"}]""", """[{"op":"copy","from":"","path":"/spec/extra"}]""",
        """[{"op":"test","path":"/metadata/uid","value":null},{"op":"remove","path":""}]""", """[{"op":"replace","path":"","value":{"metadata":{}}}]""", """{"spec":{"color":"green","parts":[{"name":"x","count":2}]},"metadata":{"finalizers":null}}""",
        """{"status":{"phase":"Done","conditions":[{"type":"Ready","status":"True"}]}}""", """{"spec":{"expirationSeconds":600,"audiences":["x"]}}""", "{}", "[]", "null", "7",
    ];

    private static string Rich()
    {
        var widget = Samples.Widget("one");
        widget["metadata"]!["labels"] = new JsonObject { ["a"] = "b" };
        widget["spec"] = JsonNode.Parse("""{"color":"red","size":3,"ratio":0.5,"code":"abc","port":"http","due":"2026-01-01T00:00:00Z","note":null,"least":1,"most":2,"tags":["a"],"steps":["x"],"parts":[{"name":"x","count":1}],"extra":{"a":[1,{"b":null}]},"names":{"k":"v"}}""");
        return widget.ToJsonString();
    }

    /// <summary>A definition of another resource, so that no edit of it takes the widgets away.</summary>
    private static string Definition() =>
        Samples.WidgetDefinition().ToJsonString().Replace("widget", "gadget", StringComparison.Ordinal).Replace("Widget", "Gadget", StringComparison.Ordinal);
}
