using System.Diagnostics;

namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>The machine's Python, which runs the jobs and watches over them.</summary>
internal static class Python
{
    private static readonly Lazy<Task<string>> Found = new(FindAsync);

    /// <summary>
    /// The interpreter itself. A <c>python3</c> on the path may be a version manager's shim that needs the user's own
    /// environment, which a job does not get.
    /// </summary>
    /// <exception cref="IOException">There is no working <c>python3</c>.</exception>
    public static Task<string> ExecutableAsync() => Found.Value;

    private static async Task<string> FindAsync()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("python3", ["-c", "import sys; print(sys.executable)"]) { RedirectStandardOutput = true })!;
            var path = (await process.StandardOutput.ReadToEndAsync()).Trim();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 && File.Exists(path) ? path : throw new IOException($"'python3' answered '{path}' and exit code {process.ExitCode}.");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new IOException($"The sandbox runs jobs with Python 3, and 'python3' cannot be run: {e.Message} Install Python 3.11 or put it on PATH.", e);
        }
    }
}
