using System.Buffers.Binary;
using System.Security.Cryptography;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>The checksum algorithms of S3, computed as the body streams by.</summary>
internal static class Checksums
{
    public const string HeaderPrefix = "x-amz-checksum-";

    private static readonly Dictionary<string, Func<IRunningChecksum>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["crc32"] = () => new Crc(Crc.Crc32Table, 4),
        ["crc32c"] = () => new Crc(Crc.Crc32CTable, 4),
        ["crc64nvme"] = () => new Crc(Crc.Crc64NvmeTable, 8),
        ["sha1"] = () => new Hashed(HashAlgorithmName.SHA1),
        ["sha256"] = () => new Hashed(HashAlgorithmName.SHA256),
    };

    /// <summary>The algorithm of a header such as <c>x-amz-checksum-crc32</c>, or null when it is not such a header.</summary>
    public static string? AlgorithmOf(string header) =>
        header.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase) && Known.ContainsKey(header[HeaderPrefix.Length..])
            ? header[HeaderPrefix.Length..].ToLowerInvariant()
            : null;

    public static bool IsKnown(string algorithm) => Known.ContainsKey(algorithm);

    public static IRunningChecksum Start(string algorithm) => Known[algorithm]();

    private sealed class Hashed(HashAlgorithmName name) : IRunningChecksum
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

        public void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

        public string Finish() => Convert.ToBase64String(_hash.GetHashAndReset());

        public void Dispose() => _hash.Dispose();
    }

    /// <summary>A reflected CRC with all bits set at start and inverted at the end, as the three of S3 are.</summary>
    private sealed class Crc(ulong[] table, int bytes) : IRunningChecksum
    {
        private readonly ulong _mask = bytes == 8 ? ulong.MaxValue : uint.MaxValue;
        private ulong _value = bytes == 8 ? ulong.MaxValue : uint.MaxValue;

        public static ulong[] Crc32Table { get; } = Table(0xEDB88320);

        public static ulong[] Crc32CTable { get; } = Table(0x82F63B78);

        public static ulong[] Crc64NvmeTable { get; } = Table(0x9A6C9329AC4BC9B5);

        public void Append(ReadOnlySpan<byte> data)
        {
            var value = _value;
            foreach (var b in data)
            {
                value = table[(byte)(value ^ b)] ^ (value >> 8);
            }

            _value = value;
        }

        public string Finish()
        {
            Span<byte> all = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(all, _value ^ _mask);
            return Convert.ToBase64String(all[(8 - bytes)..]);
        }

        public void Dispose()
        {
        }

        private static ulong[] Table(ulong polynomial)
        {
            var table = new ulong[256];
            for (var i = 0; i < table.Length; i++)
            {
                var value = (ulong)i;
                for (var bit = 0; bit < 8; bit++)
                {
                    value = (value & 1) == 1 ? (value >> 1) ^ polynomial : value >> 1;
                }

                table[i] = value;
            }

            return table;
        }
    }
}

/// <summary>A checksum under way.</summary>
internal interface IRunningChecksum : IDisposable
{
    void Append(ReadOnlySpan<byte> data);

    /// <summary>The checksum so far, in base64 of its bytes in network order, as S3 writes it.</summary>
    string Finish();
}
