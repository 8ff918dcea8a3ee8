namespace GovernedFinetune.Operator.Failures;

/// <summary>
/// Every reason that a condition, an event or an audit line can carry: the closed list of design section 4, rule 4.
/// Part of the API: dashboards and runbooks match on these strings.
/// </summary>
public static class Reasons
{
    // Going well.

    /// <summary>The stage has begun and is not done.</summary>
    public const string InProgress = "InProgress";

    /// <summary>The run, or the stage, is done.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Every check passed, and nothing was started because the run asked for that.</summary>
    public const string DryRun = "DryRun";

    /// <summary>The run is suspended by its spec.</summary>
    public const string Suspended = "Suspended";

    /// <summary>The jobs under way are being stopped.</summary>
    public const string Stopping = "Stopping";

    /// <summary>The grant's privileges are all there.</summary>
    public const string Granted = "Granted";

    // The grant.

    /// <summary>The run names a grant that does not exist in its namespace.</summary>
    public const string GrantNotFound = "GrantNotFound";

    /// <summary>The grant has not been checked yet.</summary>
    public const string GrantPending = "GrantPending";

    /// <summary>The grant's last check is older than its interval.</summary>
    public const string GrantStale = "GrantStale";

    /// <summary>The grant's end has passed.</summary>
    public const string GrantExpired = "GrantExpired";

    /// <summary>The grant was good for this run and no longer is.</summary>
    public const string GrantRevoked = "GrantRevoked";

    /// <summary>A privilege that the grant needs is missing in Unity Catalog.</summary>
    public const string PrivilegeMissing = "PrivilegeMissing";

    /// <summary>The grant names another principal than the profile's credential belongs to.</summary>
    public const string PrincipalMismatch = "PrincipalMismatch";

    /// <summary>The run and its grant use different profiles.</summary>
    public const string ProfileMismatch = "ProfileMismatch";

    /// <summary>The source table is not one that the grant covers.</summary>
    public const string TableNotGranted = "TableNotGranted";

    /// <summary>A schema that the run writes to, or registers in, is not one that the grant covers.</summary>
    public const string SchemaNotGranted = "SchemaNotGranted";

    // The profile and the spec.

    /// <summary>The operator has no such profile.</summary>
    public const string ProfileNotFound = "ProfileNotFound";

    /// <summary>The profile does not allow this namespace.</summary>
    public const string NamespaceNotAllowed = "NamespaceNotAllowed";

    /// <summary>The profile does not allow this instance type, or SageMaker has none of that name.</summary>
    public const string InstanceTypeNotAllowed = "InstanceTypeNotAllowed";

    /// <summary>The spec is valid by schema and still cannot be run.</summary>
    public const string InvalidSpec = "InvalidSpec";

    // The source and the output.

    /// <summary>The table does not exist, or the principal cannot see it.</summary>
    public const string TableNotFound = "TableNotFound";

    /// <summary>The table cannot be read from outside: a view, a row filter, a column mask, an unknown format.</summary>
    public const string TableNotReadable = "TableNotReadable";

    /// <summary>The pinned version is not there any more, or the files changed under it.</summary>
    public const string SourceChanged = "SourceChanged";

    /// <summary>What a job left does not match what it says of it, or is not there.</summary>
    public const string ManifestInvalid = "ManifestInvalid";

    // Jobs and services.

    /// <summary>Something of the same name exists and is not this run's. It is never touched.</summary>
    public const string Conflict = "Conflict";

    /// <summary>The job's own code failed.</summary>
    public const string JobFailed = "JobFailed";

    /// <summary>Somebody else stopped the job.</summary>
    public const string JobStopped = "JobStopped";

    /// <summary>The job, or the stage, took longer than it may.</summary>
    public const string DeadlineExceeded = "DeadlineExceeded";

    /// <summary>A job was told to stop and has not ended for longer than a service takes for that.</summary>
    public const string StopOverdue = "StopOverdue";

    /// <summary>The service lost the job through no fault of the run: capacity, spot, an internal error.</summary>
    public const string ServiceFault = "ServiceFault";

    /// <summary>The service reports a state that this version does not know.</summary>
    public const string UnknownCloudState = "UnknownCloudState";

    /// <summary>The service refuses the operator, or the principal, the call.</summary>
    public const string AccessDenied = "AccessDenied";

    /// <summary>The service refuses the request as it stands.</summary>
    public const string RequestRejected = "RequestRejected";

    /// <summary>This replica does not lead. It is in the log only, and never in a status.</summary>
    public const string NotLeading = "NotLeading";

    /// <summary>The service asks to be called less often.</summary>
    public const string Throttled = "Throttled";

    /// <summary>A quota of the account is used up.</summary>
    public const string QuotaExceeded = "QuotaExceeded";

    /// <summary>The service cannot be reached, or answers with a fault.</summary>
    public const string ServiceUnavailable = "ServiceUnavailable";

    /// <summary>No usable credential: the secret is missing, malformed, or the service refuses it.</summary>
    public const string CredentialsUnavailable = "CredentialsUnavailable";

    /// <summary>The attempt failed and another one will start.</summary>
    public const string RetryScheduled = "RetryScheduled";

    /// <summary>The last attempt that the spec allows has failed.</summary>
    public const string RetriesExhausted = "RetriesExhausted";

    // Deletion.

    /// <summary>The run was deleted after its jobs were seen to have ended.</summary>
    public const string Deleted = "Deleted";

    /// <summary>The run's jobs were left running, as its spec or the break-glass annotation says.</summary>
    public const string Orphaned = "Orphaned";
}
