using GovernedFinetune.Operator.Audit;

namespace GovernedFinetune.Operator.Tests.Fakes;

/// <summary>The audit record of a run, read back from the artifacts bucket.</summary>
internal static class AuditFiles
{
    public static IReadOnlyList<AuditLine> Lines(CloudState state) => [.. Texts(state).Select(t => AuditLine.Open(t.Text).Line)];

    /// <summary>Kind, action, target and attempt of each line.</summary>
    public static IReadOnlyList<string> Summary(CloudState state) => [.. Lines(state).Select(l => $"{l.Kind} {l.Action} {l.Target} a{l.Attempt}")];

    /// <summary>Writes the record out and has the offline verifier look at it.</summary>
    public static async Task<AuditVerification> VerifyAsync(CloudState state, string? head)
    {
        var folder = Directory.CreateTempSubdirectory("audit");
        try
        {
            foreach (var (name, text) in Texts(state))
            {
                await File.WriteAllBytesAsync(Path.Combine(folder.FullName, name), text);
            }

            return await AuditVerifier.VerifyAsync(folder.FullName, head, CancellationToken.None);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<(string Name, byte[] Text)> Texts(CloudState state) => state.Objects
        .Where(o => o.Key.StartsWith("s3://artifacts/finetune/audit/", StringComparison.Ordinal))
        .Select(o => (o.Key[(o.Key.LastIndexOf('/') + 1)..], o.Value));
}
