using GovernedFinetune.Entities;
using GovernedFinetune.Operator.Status;

namespace GovernedFinetune.Operator.Runs.Stages.Preprocess;

/// <summary>
/// How a start whose answer was lost is told from one that was never sent. The intent's time is in status before the start
/// is sent, and only a fresh intent is acted on; so whoever looks later knows from its age when no start can be on its
/// way, or hidden, any more. How long EMR Serverless remembers a client token, and how soon a list shows a new job, is not
/// documented.
/// </summary>
public static class PrepareIntent
{
    /// <summary>How old an intent may be when a start is sent with its token.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>How long a job that was started may stay invisible.</summary>
    public static readonly TimeSpan Lag = TimeSpan.FromMinutes(1);

    /// <summary>When the intent was made.</summary>
    public static DateTimeOffset MadeAt(PreprocessingStatus status, DateTimeOffset now) => Times.Moment(status.StartedAt) ?? now;

    /// <summary>Whether a start may be sent.</summary>
    public static bool IsFresh(PreprocessingStatus status, DateTimeOffset now) => now - MadeAt(status, now) <= Fresh;

    /// <summary>Whether a job that cannot be seen may be there all the same.</summary>
    public static bool MayBeHidden(PreprocessingStatus status, DateTimeOffset now) => now - MadeAt(status, now) <= Fresh + Lag;
}
