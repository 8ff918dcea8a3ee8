using System.Collections.Frozen;
using System.Globalization;

namespace GovernedFinetune.Sandbox.Kubernetes.Protobuf;

/// <summary>One field of a message.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Type"><c>string</c>, <c>int</c>, <c>bool</c>, <c>bytes</c>, <c>Time</c>, <c>MicroTime</c>, <c>IntOrString</c>, <c>Json</c> or a message.</param>
/// <param name="Repeated">Whether it is a list.</param>
/// <param name="Map">Whether it is a map from strings.</param>
/// <param name="KeepsZero">Whether its zero value says something, so that it stays in JSON.</param>
internal sealed record MessageField(string Name, string Type, bool Repeated, bool Map, bool KeepsZero);

/// <summary>
/// The messages that Go clients send as protobuf, by kind: what <c>kubectl create</c>, helm's release records and
/// leader election use. Source: the <c>generated.proto</c> files of k8s.io/api and k8s.io/apimachinery.
/// </summary>
internal static class MessageTypes
{
    /// <summary>Fields as <c>number name type</c>; <c>[]</c> is a list, <c>{}</c> a map, <c>*</c> keeps its zero value.</summary>
    private static readonly (string Message, string Fields)[] Source =
    [
        ("ObjectMeta", "1 name string, 2 generateName string, 3 namespace string, 5 uid string, 6 resourceVersion string, 7 generation int, 8 creationTimestamp Time, 9 deletionTimestamp Time, 10 deletionGracePeriodSeconds int*, 11 labels {}string, 12 annotations {}string, 13 ownerReferences []OwnerReference, 14 finalizers []string, 17 managedFields []ManagedFieldsEntry"),
        ("OwnerReference", "1 kind string, 3 name string, 4 uid string, 5 apiVersion string, 6 controller bool*, 7 blockOwnerDeletion bool*"),
        ("ManagedFieldsEntry", "1 manager string, 2 operation string, 3 apiVersion string, 4 time Time, 6 fieldsType string, 7 fieldsV1 Json, 8 subresource string"),
        ("DeleteOptions", "1 gracePeriodSeconds int*, 2 preconditions Preconditions, 3 orphanDependents bool*, 4 propagationPolicy string, 5 dryRun []string"),
        ("Preconditions", "1 uid string*, 2 resourceVersion string*"),
        ("ObjectReference", "1 kind string, 2 namespace string, 3 name string, 4 uid string, 5 apiVersion string, 6 resourceVersion string, 7 fieldPath string"),
        ("LocalObjectReference", "1 name string"),
        ("v1/Namespace", "1 metadata ObjectMeta, 2 spec NamespaceSpec, 3 status NamespaceStatus"),
        ("NamespaceSpec", "1 finalizers []string"),
        ("NamespaceStatus", "1 phase string"),
        ("v1/ConfigMap", "1 metadata ObjectMeta, 2 data {}string, 3 binaryData {}bytes, 4 immutable bool*"),
        ("v1/Secret", "1 metadata ObjectMeta, 2 data {}bytes, 3 type string, 4 stringData {}string, 5 immutable bool*"),
        ("v1/ServiceAccount", "1 metadata ObjectMeta, 2 secrets []ObjectReference, 3 imagePullSecrets []LocalObjectReference, 4 automountServiceAccountToken bool*"),
        ("v1/Service", "1 metadata ObjectMeta, 2 spec ServiceSpec"),
        ("ServiceSpec", "1 ports []ServicePort, 2 selector {}string, 3 clusterIP string, 4 type string, 5 externalIPs []string, 7 sessionAffinity string, 10 externalName string, 11 externalTrafficPolicy string, 13 publishNotReadyAddresses bool, 17 ipFamilyPolicy string*, 18 clusterIPs []string, 19 ipFamilies []string, 22 internalTrafficPolicy string*"),
        ("ServicePort", "1 name string, 2 protocol string, 3 port int, 4 targetPort IntOrString, 5 nodePort int, 6 appProtocol string*"),
        ("v1/Event", "1 metadata ObjectMeta, 2 involvedObject ObjectReference, 3 reason string, 4 message string, 5 source EventSource, 6 firstTimestamp Time, 7 lastTimestamp Time, 8 count int, 9 type string, 10 eventTime MicroTime, 11 series EventSeries, 12 action string, 13 related ObjectReference, 14 reportingComponent string, 15 reportingInstance string"),
        ("EventSource", "1 component string, 2 host string"),
        ("EventSeries", "1 count int, 2 lastObservedTime MicroTime"),
        ("events.k8s.io/v1/Event", "1 metadata ObjectMeta, 2 eventTime MicroTime, 3 series EventSeries, 4 reportingController string, 5 reportingInstance string, 6 action string, 7 reason string, 8 regarding ObjectReference, 9 related ObjectReference, 10 note string, 11 type string, 12 deprecatedSource EventSource, 13 deprecatedFirstTimestamp Time, 14 deprecatedLastTimestamp Time, 15 deprecatedCount int"),
        ("coordination.k8s.io/v1/Lease", "1 metadata ObjectMeta, 2 spec LeaseSpec"),
        ("LeaseSpec", "1 holderIdentity string*, 2 leaseDurationSeconds int*, 3 acquireTime MicroTime, 4 renewTime MicroTime, 5 leaseTransitions int*, 6 strategy string*, 7 preferredHolder string*"),
        ("rbac.authorization.k8s.io/v1/ClusterRole", "1 metadata ObjectMeta, 2 rules []PolicyRule, 3 aggregationRule AggregationRule"),
        ("rbac.authorization.k8s.io/v1/Role", "1 metadata ObjectMeta, 2 rules []PolicyRule"),
        ("rbac.authorization.k8s.io/v1/ClusterRoleBinding", "1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef"),
        ("rbac.authorization.k8s.io/v1/RoleBinding", "1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef"),
        ("PolicyRule", "1 verbs []string, 2 apiGroups []string, 3 resources []string, 4 resourceNames []string, 5 nonResourceURLs []string"),
        ("Subject", "1 kind string, 2 apiGroup string, 3 name string, 4 namespace string"),
        ("RoleRef", "1 apiGroup string, 2 kind string, 3 name string"),
        ("AggregationRule", "1 clusterRoleSelectors []LabelSelector"),
        ("LabelSelector", "1 matchLabels {}string, 2 matchExpressions []LabelSelectorRequirement"),
        ("LabelSelectorRequirement", "1 key string, 2 operator string, 3 values []string"),
        ("authentication.k8s.io/v1/SelfSubjectReview", "1 metadata ObjectMeta"),
        ("authentication.k8s.io/v1/TokenRequest", "1 metadata ObjectMeta, 2 spec TokenRequestSpec"),
        ("TokenRequestSpec", "1 audiences []string, 3 boundObjectRef BoundObjectReference, 4 expirationSeconds int*"),
        ("BoundObjectReference", "1 kind string, 2 apiVersion string, 3 name string, 4 uid string"),
        ("authorization.k8s.io/v1/SelfSubjectAccessReview", "1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec"),
        ("authorization.k8s.io/v1/SubjectAccessReview", "1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec"),
        ("authorization.k8s.io/v1/LocalSubjectAccessReview", "1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec"),
        ("authorization.k8s.io/v1/SelfSubjectRulesReview", "1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec"),

        // Fields of a user that no rule looks at, and selectors, are passed over.
        ("SubjectAccessReviewSpec", "1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes NonResourceAttributes, 3 user string, 4 groups []string, 6 uid string"),
        ("ResourceAttributes", "1 namespace string, 2 verb string, 3 group string, 4 version string, 5 resource string, 6 subresource string, 7 name string"),
        ("NonResourceAttributes", "1 path string, 2 verb string"),
        ("SelfSubjectRulesReviewSpec", "1 namespace string"),
    ];

    private static readonly FrozenDictionary<string, FrozenDictionary<int, MessageField>> ByName =
        Source.ToFrozenDictionary(m => m.Message, m => Parse(m.Fields), StringComparer.Ordinal);

    /// <summary>The fields of a message by number, or null when it is unknown.</summary>
    public static FrozenDictionary<int, MessageField>? Find(string message) => ByName.GetValueOrDefault(message);

    private static FrozenDictionary<int, MessageField> Parse(string fields) =>
        fields.Split(", ").Select(f => f.Split(' ')).ToFrozenDictionary(
            f => int.Parse(f[0], CultureInfo.InvariantCulture),
            f => new MessageField(
                f[1],
                f[2].TrimStart('[', ']', '{', '}').TrimEnd('*'),
                f[2].StartsWith("[]", StringComparison.Ordinal),
                f[2].StartsWith("{}", StringComparison.Ordinal),
                f[2].EndsWith('*')));
}
