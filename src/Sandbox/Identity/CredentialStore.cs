using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace GovernedFinetune.Sandbox.Identity;

/// <summary>An AWS credential in use.</summary>
/// <param name="AccessKeyId">Public half of the key.</param>
/// <param name="SecretAccessKey">Secret half of the key.</param>
/// <param name="SessionToken">Present on temporary credentials.</param>
/// <param name="Expiration">When temporary credentials end.</param>
/// <param name="Arn">Who the credential is, such as <c>arn:aws:sts::123456789012:assumed-role/training/job</c>.</param>
/// <param name="Policy">What it may do.</param>
public sealed record AwsCredential(
    string AccessKeyId,
    string SecretAccessKey,
    string? SessionToken,
    DateTimeOffset? Expiration,
    string Arn,
    IamPolicy Policy);

/// <summary>
/// Issues AWS credentials and knows every one that was issued. The catalog issues the vended ones, STS and the job
/// runner those of roles; the AWS services look them up to verify a signature and to decide what it may touch.
/// </summary>
public sealed class CredentialStore(TimeProvider clock)
{
    /// <summary>An expired credential is kept this long, so that its use is answered with "expired" and not with "unknown".</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private const int SweepEvery = 1_000;

    private readonly ConcurrentDictionary<string, AwsCredential> _byAccessKey = new(StringComparer.Ordinal);
    private int _issued;

    /// <summary>Issues a credential without an end, such as an administrator's.</summary>
    public AwsCredential IssueLongLived(string arn, IamPolicy policy) =>
        Add(new AwsCredential(NewId("AKIA"), NewSecret(30), null, null, arn, policy));

    /// <summary>Issues a temporary credential.</summary>
    public AwsCredential IssueTemporary(string arn, IamPolicy policy, TimeSpan lifetime) =>
        Add(new AwsCredential(NewId("ASIA"), NewSecret(30), NewSecret(96), clock.GetUtcNow() + lifetime, arn, policy));

    /// <summary>Finds a credential, expired or not; one that ended more than an hour ago may be forgotten.</summary>
    public bool TryGet(string accessKeyId, [NotNullWhen(true)] out AwsCredential? credential) =>
        _byAccessKey.TryGetValue(accessKeyId, out credential);

    private AwsCredential Add(AwsCredential credential)
    {
        _byAccessKey[credential.AccessKeyId] = credential;
        if (Interlocked.Increment(ref _issued) % SweepEvery == 0)
        {
            Sweep(clock.GetUtcNow() - Remembered);
        }

        return credential;
    }

    private void Sweep(DateTimeOffset before)
    {
        foreach (var (key, credential) in _byAccessKey)
        {
            if (credential.Expiration < before)
            {
                _ = _byAccessKey.TryRemove(key, out _);
            }
        }
    }

    private static string NewId(string prefix) => prefix + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);

    private static string NewSecret(int bytes) =>
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)).Replace('+', 'x').Replace('/', 'y');
}
