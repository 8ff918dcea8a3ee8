using GovernedFinetune.Sandbox.Catalog.Identity;
using GovernedFinetune.Sandbox.Catalog.Securables;
using GovernedFinetune.Sandbox.Identity;

namespace GovernedFinetune.Sandbox.Catalog.Vending;

/// <summary>Temporary AWS keys as the service answers them. There is no Region in the answer.</summary>
internal sealed record AwsTempCredentials(string AccessKeyId, string SecretAccessKey, string SessionToken);

/// <summary>Credentials for one location.</summary>
internal sealed record VendedCredentials(string Url, AwsTempCredentials AwsTempCredentials, long ExpirationTime);

/// <summary>Issues credentials that reach one location and nothing else.</summary>
internal sealed class CredentialVendor(CredentialStore credentials, string accountId, TimeSpan lifetime)
{
    private static readonly string[] Read = ["s3:GetObject"];
    private static readonly string[] ReadWrite = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];

    public VendedCredentials Issue(Caller caller, StorageUrl url, bool write)
    {
        // A list is authorised as s3:ListBucket on <bucket>/<prefix asked for>, so one pattern scopes objects and lists.
        var everything = url.Child("*");
        var below = $"arn:aws:s3:::{everything.Bucket}/{everything.Prefix}";
        var issued = credentials.IssueTemporary(
            $"arn:aws:sts::{accountId}:assumed-role/unity-catalog/{caller.Name}",
            new IamPolicy([new IamStatement(true, write ? ReadWrite : Read, [below]), new IamStatement(true, ["s3:ListBucket"], [below])]),
            lifetime);
        return new VendedCredentials(
            url.ToString(),
            new AwsTempCredentials(issued.AccessKeyId, issued.SecretAccessKey, issued.SessionToken!),
            issued.Expiration!.Value.ToUnixTimeMilliseconds());
    }
}
