using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>
/// One bucket: a folder with two files an object, its bytes and its record, and the index of both in memory. A file's name
/// is a readable start of the key and the key's SHA-256, so no key can name a place outside the folder, two keys never share
/// a file on a file system that ignores case, and keys of any length fit.
/// </summary>
internal sealed class Bucket
{
    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly SortedSet<string> _keys = new(KeyOrder.Instance);
    private readonly Dictionary<string, ObjectRecord> _objects = new(StringComparer.Ordinal);

    private Bucket(string folder, DateTimeOffset created)
    {
        _folder = folder;
        Name = Path.GetFileName(folder);
        Created = created;
    }

    public string Name { get; }

    public DateTimeOffset Created { get; }

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _keys.Count == 0;
            }
        }
    }

    /// <summary>Opens a bucket's folder, making it when it is not there.</summary>
    public static async Task<Bucket> OpenAsync(string folder, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var created = Directory.Exists(folder) ? new DateTimeOffset(Directory.GetCreationTimeUtc(folder)) : now;
        _ = Directory.CreateDirectory(folder);
        var bucket = new Bucket(folder, created);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            await using var stream = File.OpenRead(file);
            if (await JsonSerializer.DeserializeAsync<ObjectRecord>(stream, cancellationToken: cancellationToken) is { } record
                && File.Exists(Path.Combine(folder, record.DataFile)))
            {
                bucket._objects[record.Key] = record;
                _ = bucket._keys.Add(record.Key);
            }
        }

        return bucket;
    }

    public ObjectRecord? Find(string key)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    /// <summary>Opens an object's bytes; a replacement or deletion meanwhile does not disturb the reader.</summary>
    public (ObjectRecord Record, FileStream Data)? Open(string key)
    {
        lock (_gate)
        {
            return _objects.TryGetValue(key, out var record)
                ? (record, new FileStream(PathOf(record.DataFile), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, useAsync: true))
                : null;
        }
    }

    /// <summary>Makes a received file the object of a key, in one step.</summary>
    /// <param name="file">The received bytes; moved away.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="describe">Makes the record, given the name that its data file gets.</param>
    /// <param name="allow">Looks at the object that is there, and throws when the write's condition does not hold.</param>
    public ObjectRecord Commit(string file, string key, Func<string, ObjectRecord> describe, Action<ObjectRecord?> allow)
    {
        lock (_gate)
        {
            var previous = _objects.GetValueOrDefault(key);
            allow(previous);
            var name = FileNameOf(key);
            var record = describe($"{name}.{Guid.NewGuid():N}.data");
            File.Move(file, PathOf(record.DataFile));
            var recordFile = PathOf($"{name}.json");
            File.WriteAllBytes(recordFile + ".new", JsonSerializer.SerializeToUtf8Bytes(record));
            File.Move(recordFile + ".new", recordFile, overwrite: true);
            _objects[key] = record;
            _ = _keys.Add(key);
            if (previous is not null)
            {
                File.Delete(PathOf(previous.DataFile));
            }

            return record;
        }
    }

    public void Delete(string key, Action<ObjectRecord?> allow)
    {
        lock (_gate)
        {
            var record = _objects.GetValueOrDefault(key);
            allow(record);
            if (record is not null)
            {
                _ = _objects.Remove(key);
                _ = _keys.Remove(key);
                File.Delete(PathOf($"{FileNameOf(key)}.json"));
                File.Delete(PathOf(record.DataFile));
            }
        }
    }

    /// <summary>One page of a listing, in key order.</summary>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="delimiter">Keys that hold it after the prefix are rolled up; empty means none are.</param>
    /// <param name="start">Where the page begins.</param>
    /// <param name="max">Keys and rolled-up prefixes in the page.</param>
    public ListingPage List(string prefix, string delimiter, ListingMark start, int max)
    {
        var keys = new List<ObjectRecord>();
        var prefixes = new List<string>();
        var last = start;
        lock (_gate)
        {
            var at = start.IsPrefix ? Beyond(start.Key) : start.Key.Length > 0 ? start.Key + '\0' : "";
            at = KeyOrder.Instance.Compare(at, prefix) > 0 ? at : prefix;
            while (Next(at) is { } key && key.StartsWith(prefix, StringComparison.Ordinal))
            {
                if (keys.Count + prefixes.Count == max)
                {
                    return new ListingPage(keys, prefixes, IsTruncated: true, last);
                }

                var cut = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
                if (cut < 0)
                {
                    keys.Add(_objects[key]);
                    last = new ListingMark(key, IsPrefix: false);
                    at = key + '\0';
                }
                else
                {
                    last = new ListingMark(key[..(cut + delimiter.Length)], IsPrefix: true);
                    prefixes.Add(last.Key);
                    at = Beyond(last.Key);
                }
            }
        }

        return new ListingPage(keys, prefixes, IsTruncated: false, last);
    }

    public void Remove()
    {
        lock (_gate)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string? Next(string at)
    {
        if (_keys.Max is not { } max || KeyOrder.Instance.Compare(at, max) > 0)
        {
            return null;
        }

        foreach (var key in _keys.GetViewBetween(at, max))
        {
            return key;
        }

        return null;
    }

    /// <summary>The least string above every string that begins with the prefix.</summary>
    private static string Beyond(string prefix) => prefix + "\udbff\udfff\udbff\udfff";

    private static string FileNameOf(string key)
    {
        var readable = string.Concat(key.TakeLast(60).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '=' ? c : '.'));
        return $"{readable}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";
    }

    private string PathOf(string file) => Path.Combine(_folder, file);
}

/// <summary>One page of a listing.</summary>
/// <param name="Objects">Objects, in key order.</param>
/// <param name="Prefixes">Rolled-up prefixes, in order.</param>
/// <param name="IsTruncated">Whether more follows.</param>
/// <param name="Last">Where the page ended.</param>
internal sealed record ListingPage(IReadOnlyList<ObjectRecord> Objects, IReadOnlyList<string> Prefixes, bool IsTruncated, ListingMark Last);

/// <summary>A place in a listing: just after a key, or after everything below a rolled-up prefix.</summary>
internal readonly record struct ListingMark(string Key, bool IsPrefix);
