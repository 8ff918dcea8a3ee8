namespace GovernedFinetune.Compat.Tests.Contract.Support;

/// <summary>Waits for what a cluster's controllers do in their own time: at once in the sandbox, within seconds elsewhere.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks again and again until the answer is as wished.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> wished)
    {
        using var pauses = new PeriodicTimer(Pause);
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (wished(answer))
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                Assert.Fail($"Not so within {Patience.TotalSeconds:0} s. Last: {answer}");
            }

            _ = await pauses.WaitForNextTickAsync();
        }
    }

    /// <summary>Waits until an object is no more.</summary>
    public static Task<Answer> GoneAsync(this RawClient client, string path) => GetAsync(() => client.GetAsync(path), a => a.Status == 404);
}
