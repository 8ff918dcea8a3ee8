using k8s;
using k8s.Models;

namespace KubeOps.Abstractions.Reconciliation;

/// <summary>
/// How one reconciliation ended. Without <see cref="RequeueAfter"/> neither a success nor a failure comes back by
/// itself: only a thrown exception is retried.
/// </summary>
public sealed record ReconciliationResult<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    private ReconciliationResult(TEntity entity, bool isSuccess, string? errorMessage, Exception? error, TimeSpan? requeueAfter)
    {
        Entity = entity;
        IsSuccess = isSuccess;
        ErrorMessage = errorMessage;
        Error = error;
        RequeueAfter = requeueAfter;
    }

    public TEntity Entity { get; }

    public bool IsSuccess { get; }

    public string? ErrorMessage { get; }

    public Exception? Error { get; }

    public TimeSpan? RequeueAfter { get; set; }

    public static ReconciliationResult<TEntity> Success(TEntity entity, TimeSpan? requeueAfter = null) =>
        new(entity, isSuccess: true, errorMessage: null, error: null, requeueAfter);

    public static ReconciliationResult<TEntity> Failure(
        TEntity entity,
        string errorMessage,
        Exception? error = null,
        TimeSpan? requeueAfter = null) =>
        new(entity, isSuccess: false, errorMessage, error, requeueAfter);
}
