using GovernedFinetune.Operator.Hosting;

namespace GovernedFinetune.Operator.Audit;

/// <summary>The command that verifies a record offline.</summary>
public static class AuditCommand
{
    /// <summary>Verifies and tells.</summary>
    /// <returns>0 when the record holds, 1 when it does not.</returns>
    public static async Task<int> VerifyAsync(Command.VerifyAudit command, TextWriter output, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(command.Folder))
        {
            throw new ConfigurationException($"{command.Folder} is not a folder; expected one that holds 00000001.json and so on.");
        }

        var verification = await AuditVerifier.VerifyAsync(command.Folder, command.ExpectedHead, cancellationToken);
        await output.WriteLineAsync(verification.Problem is null
            ? $"OK: {verification.Lines} lines, head {verification.HeadDigest}"
            : $"BROKEN after {verification.Lines} good lines: {verification.Problem}");
        return verification.Problem is null ? 0 : 1;
    }
}
