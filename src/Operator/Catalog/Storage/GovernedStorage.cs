using GovernedFinetune.Operator.Cloud.Access;
using GovernedFinetune.Operator.Cloud.Calls;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>
/// Governed storage on S3. Each operation has a client of its own whose credentials the catalog vended for that one table
/// or model version; the operator's own identity is used for the artifacts bucket alone.
/// </summary>
internal sealed class GovernedStorage(ICredentialVendor vendor, AwsClients aws, AwsCaller caller, TimeProvider clock) : IGovernedStorage
{
    /// <inheritdoc />
    public async Task<SourcePin> PinAsync(CatalogTable table, long? wantedVersion, CancellationToken cancellationToken)
    {
        var location = LocationOf(table);
        using var credentials = new SessionCredentials(
            async () => (await vendor.ForTableAsync(table, cancellationToken)).ToSession($"read table {table.FullName}"), clock);
        using var s3 = aws.CreateS3(credentials);
        var listing = new S3Listing(s3, caller);
        return table.Format.ToUpperInvariant() switch
        {
            "JSON" when wantedVersion is null => await FileSnapshot.TakeAsync(listing, table.FullName, location, cancellationToken),
            "JSON" => throw OperatorException.Terminal(
                Reasons.InvalidSpec,
                $"Table {table.FullName} is of format JSON, which has no versions: leave spec.source.version out, and the run is pinned to the files that are there."),
            "DELTA" => new SourcePin(
                await new DeltaLog(listing, table.FullName, location).ResolveAsync(wantedVersion, cancellationToken), null),
            _ => throw OperatorException.Terminal(
                Reasons.TableNotReadable, $"Table {table.FullName} is of format '{table.Format}'; runs can read DELTA and JSON."),
        };
    }

    /// <inheritdoc />
    public async Task UploadModelAsync(ModelVersion target, S3Location from, IReadOnlyList<ManifestFile> files, CancellationToken cancellationToken)
    {
        var what = $"write version {target.Version} of model {target.Model}";
        var first = await vendor.ForModelVersionAsync(target, cancellationToken);
        var unused = (AwsSession?)first.ToSession(what);
        using var credentials = new SessionCredentials(
            async () => Interlocked.Exchange(ref unused, null) ?? (await vendor.ForModelVersionAsync(target, cancellationToken)).ToSession(what), clock);
        using var s3 = aws.CreateS3(credentials);
        var upload = new VerifiedUpload(aws.S3, s3, caller, Encryption.From(first.EncryptionDetails));
        var to = S3Location.TryParse(target.StorageLocation, out var location) ? location : throw OperatorException.Terminal(
            Reasons.RequestRejected, $"Version {target.Version} of model {target.Model} is stored at '{target.StorageLocation}', which is not on S3.");
        foreach (var file in files)
        {
            RequireInside(from, file.Path);
            await upload.CopyAsync(from.Append(file.Path), to.Append(file.Path), file, cancellationToken);
        }
    }

    private static S3Location LocationOf(CatalogTable table) =>
        S3Location.TryParse(table.Location, out var location) ? location : throw OperatorException.Terminal(
            Reasons.TableNotReadable,
            $"Table {table.FullName} ({table.TableType}) is stored at '{table.Location}', which is not on S3; runs can read external and managed tables on S3.");

    /// <summary>The manifest comes from a job: its paths must not lead out of the folder that they are relative to.</summary>
    private static void RequireInside(S3Location from, string path)
    {
        if (path.Length == 0 || path.Contains('\\', StringComparison.Ordinal) || path.Split('/').Any(part => part is "" or "." or ".."))
        {
            throw OperatorException.Terminal(Reasons.ManifestInvalid, $"The manifest in {from} names '{path}', which is not a relative path without '.' and '..'.");
        }
    }
}
