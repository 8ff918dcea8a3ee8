namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>An object as the store knows it; its bytes are in <see cref="DataFile"/>.</summary>
internal sealed record ObjectRecord
{
    public required string Key { get; init; }

    /// <summary>Name of the file in the bucket's folder.</summary>
    public required string DataFile { get; init; }

    public required long Size { get; init; }

    /// <summary>Quoted, as HTTP has it.</summary>
    public required string ETag { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    /// <summary>Headers that S3 gives back as they were put: content type, encoding, user metadata, cache control...</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Checksums by algorithm, such as <c>crc32</c>, in base64.</summary>
    public required IReadOnlyDictionary<string, string> Checksums { get; init; }
}
