namespace GovernedFinetune.Entities;

/// <summary>
/// The transition rule of the fields that never change after creation. It is put only on fields that are required or
/// have a default, so it holds in Kubernetes 1.30 and later without <c>optionalOldSelf</c>: both sides always exist, and
/// an optional member below the field cannot come or go without making the two sides unequal.
/// </summary>
internal static class Immutability
{
    public const string Rule = "self == oldSelf";

    public const string Run = "is immutable: a run is a record of one model; create another FineTuneRun to change it";

    public const string Grant = "is immutable: create another DatasetGrant for another profile";

    public const string Reason = "FieldValueForbidden";
}
