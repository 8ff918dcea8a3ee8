using System.Globalization;

namespace GovernedFinetune.Operator.Audit;

/// <summary>The outcome of verifying a record.</summary>
/// <param name="Lines">How many lines hold.</param>
/// <param name="HeadDigest">Digest of the last line that holds.</param>
/// <param name="Problem">The first thing that is wrong; null when nothing is.</param>
public sealed record AuditVerification(long Lines, string? HeadDigest, string? Problem);

/// <summary>Verifies a record offline: a folder with the objects of one run, as copied from the bucket.</summary>
public static class AuditVerifier
{
    /// <summary>Verifies a folder.</summary>
    /// <param name="folder">Holds <c>00000001.json</c> and so on.</param>
    /// <param name="expectedHead">The head that a model version or a status quotes; null when unknown. Without one, lines
    /// cut off at the end cannot be noticed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async Task<AuditVerification> VerifyAsync(string folder, string? expectedHead, CancellationToken cancellationToken)
    {
        var files = Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
        {
            return new AuditVerification(0, null, $"{folder} holds no audit lines.");
        }

        var (count, head, uid) = (0L, (string?)null, (string?)null);
        var metExpected = expectedHead is null;
        foreach (var file in files)
        {
            var name = Path.GetFileName(file);
            if (name != (count + 1).ToString("D8", CultureInfo.InvariantCulture) + ".json")
            {
                return new AuditVerification(count, head, $"{name}: expected line {count + 1}; a line is missing or was added.");
            }

            AuditLine line;
            string digest;
            try
            {
                (line, digest) = AuditLine.Open(await File.ReadAllBytesAsync(file, cancellationToken));
            }
            catch (FormatException e)
            {
                return new AuditVerification(count, head, $"{name}: {e.Message}.");
            }

            if (line.Sequence != count + 1 || line.Previous != head || line.Run.Uid != (uid ?? line.Run.Uid))
            {
                return new AuditVerification(count, head, $"{name}: does not follow the line before it.");
            }

            (count, head, uid) = (count + 1, digest, line.Run.Uid);
            metExpected |= digest == expectedHead;
        }

        return metExpected
            ? new AuditVerification(count, head, null)
            : new AuditVerification(count, head, $"No line has the expected digest {expectedHead}: lines are missing at the end, or the record is of another run.");
    }
}
