using System.Globalization;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>The bytes of an object that a GET asks for.</summary>
internal readonly record struct ByteRange(long First, long Length)
{
    /// <summary>Reads one <c>Range</c>; null when the header is absent or is not one range of bytes, which S3 then ignores.</summary>
    /// <exception cref="AwsException">The range lies outside the object.</exception>
    public static ByteRange? Read(string? header, long size)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.Ordinal) || header["bytes=".Length..].Split('-') is not [var from, var to])
        {
            return null;
        }

        var hasFrom = long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first);
        var hasTo = long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        if ((!hasFrom && from.Length > 0) || (!hasTo && to.Length > 0) || (!hasFrom && !hasTo) || (hasFrom && hasTo && last < first))
        {
            return null;
        }

        if (!hasFrom)
        {
            first = Math.Max(0, size - last);
            last = last == 0 ? -1 : size - 1;
        }
        else
        {
            last = hasTo ? Math.Min(last, size - 1) : size - 1;
        }

        return first < size && last >= first
            ? new ByteRange(first, last - first + 1)
            : throw new AwsException(416, "InvalidRange", "The requested range is not satisfiable")
            {
                Details = [("RangeRequested", header), ("ActualObjectSize", size.ToString(CultureInfo.InvariantCulture))],
            };
    }

    public string ContentRange(long size) => string.Create(CultureInfo.InvariantCulture, $"bytes {First}-{First + Length - 1}/{size}");
}
