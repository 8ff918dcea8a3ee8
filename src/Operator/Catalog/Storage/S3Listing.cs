using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Runs.Ports;
using S3Location = GovernedFinetune.Operator.Profiles.S3Location;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>Lists what is below a location, a page at a time.</summary>
internal sealed class S3Listing(IAmazonS3 s3, AwsCaller caller)
{
    /// <summary>Every object below the location, its path relative to it, in S3's order.</summary>
    public async IAsyncEnumerable<SnapshotFile> BelowAsync(S3Location location, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = location.Key.Length == 0 ? "" : location.Key + "/";
        var request = new ListObjectsV2Request { BucketName = location.Bucket, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await caller.SendAsync(
                new AwsCall("s3:ListBucket", location.ToString()), token => s3.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var found in page.S3Objects ?? [])
            {
                yield return new SnapshotFile(found.Key[prefix.Length..], found.Size ?? 0, found.ETag);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }
}
