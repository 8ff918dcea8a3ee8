using System.Text.Json.Nodes;
using Amazon.S3.Model;

namespace GovernedFinetune.EndToEnd.Tests.Support;

/// <summary>The audit records of runs, verified as an auditor does: copied out of the bucket, by the offline command.</summary>
internal static class AuditRecords
{
    /// <summary>Verifies the record of a run against the head that its status quotes.</summary>
    public static async Task VerifyAsync(World world, RunView run)
    {
        var audit = run.Status!["audit"]!;
        var folder = Path.Combine(world.State, "audit", run.Name);
        await CopyAsync(world, new Uri(Text(audit, "uri")), Directory.CreateDirectory(folder).FullName);
        var result = await Command.RunAsync("dotnet", [Repository.Program("Operator"), "audit", "verify", folder, "--head", Text(audit, "headDigest")]);
        Assert.True(result.ExitCode == 0, $"The audit record of {run.Name} does not verify: {result.Output}{result.Error}");
    }

    private static async Task CopyAsync(World world, Uri from, string folder)
    {
        using var s3 = world.Cloud.S3();
        var request = new ListObjectsV2Request { BucketName = from.Host, Prefix = from.AbsolutePath.TrimStart('/') };
        ListObjectsV2Response page;
        do
        {
            page = await s3.ListObjectsV2Async(request);
            foreach (var line in page.S3Objects)
            {
                using var found = await s3.GetObjectAsync(line.BucketName ?? from.Host, line.Key);
                await found.WriteResponseStreamToFileAsync(Path.Combine(folder, Path.GetFileName(line.Key)), append: false, CancellationToken.None);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
