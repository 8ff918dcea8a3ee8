namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>Waits for other processes.</summary>
internal static class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    /// <summary>Waits until something is so.</summary>
    /// <param name="holds">Whether it is.</param>
    /// <param name="complaint">What to say when it does not become so.</param>
    /// <param name="limit">Far beyond what it takes: it only ends a test that hangs. Two minutes unless given.</param>
    public static async Task UntilAsync(Func<Task<bool>> holds, Func<string> complaint, TimeSpan? limit = null)
    {
        var giveUp = Environment.TickCount64 + (long)(limit ?? TimeSpan.FromMinutes(2)).TotalMilliseconds;
        while (!await holds())
        {
            Assert.True(Environment.TickCount64 < giveUp, complaint());
            await Task.Delay(Pause);
        }
    }
}
