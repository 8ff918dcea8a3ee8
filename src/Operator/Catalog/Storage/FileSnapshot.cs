using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GovernedFinetune.Operator.Failures;
using GovernedFinetune.Operator.Profiles;
using GovernedFinetune.Operator.Runs.Ports;

namespace GovernedFinetune.Operator.Catalog.Storage;

/// <summary>
/// The version of a table that has none: which files it consists of now. The files are ordered by path, byte by byte in
/// UTF-8, and the version is <c>sha256:</c> and the SHA-256, in lower-case hex, of one line a file:
/// <c>&lt;etag&gt; &lt;bytes&gt; &lt;path&gt;\n</c>, in UTF-8, with the ETag as S3 gives it (with quotes) and the path
/// relative to the table's location.
/// </summary>
internal static class FileSnapshot
{
    /// <summary>More files than this make a snapshot object, and a list in memory, that nobody wants.</summary>
    private const int MostFiles = 100_000;

    /// <summary>Lists the files and digests the list.</summary>
    public static async Task<SourcePin> TakeAsync(S3Listing listing, string table, S3Location location, CancellationToken cancellationToken)
    {
        var files = new List<SnapshotFile>();
        await foreach (var file in listing.BelowAsync(location, cancellationToken))
        {
            if (!IsData(file.Path))
            {
                continue;
            }

            if (files.Count == MostFiles)
            {
                throw OperatorException.Terminal(
                    Reasons.TableNotReadable, $"Table {table} has more than {MostFiles} files in {location}; make it a DELTA table, whose versions need no list.");
            }

            files.Add(file);
        }

        if (files.Count == 0)
        {
            throw OperatorException.Terminal(Reasons.TableNotReadable, $"Table {table} has no files in {location}.");
        }

        files.Sort((a, b) => ComparePaths(a.Path, b.Path));
        return new SourcePin(Digest(files), files);
    }

    /// <summary>The version of a list of files that is in order.</summary>
    public static string Digest(IEnumerable<SnapshotFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file.ETag} {file.Bytes} {file.Path}\n")));
        }

        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Whether a path is data, as Spark sees it: no part of it begins with a dot or an underscore, except a partition
    /// folder <c>_name=value</c>; and it is not the marker that some tools leave for a folder.
    /// </summary>
    private static bool IsData(string path) => !path.EndsWith('/') && !path.Split('/').Any(IsHidden);

    private static bool IsHidden(string part) =>
        part.StartsWith('.') || (part.StartsWith('_') && !part.Contains('=', StringComparison.Ordinal));

    /// <summary>UTF-8 order, which is code point order and not that of UTF-16.</summary>
    private static int ComparePaths(string a, string b)
    {
        var (left, right) = (a.EnumerateRunes().GetEnumerator(), b.EnumerateRunes().GetEnumerator());
        while (left.MoveNext())
        {
            if (!right.MoveNext())
            {
                return 1;
            }

            if (left.Current != right.Current)
            {
                return left.Current.CompareTo(right.Current);
            }
        }

        return right.MoveNext() ? -1 : 0;
    }
}
