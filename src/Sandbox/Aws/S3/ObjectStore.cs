using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>Every bucket of the account, under one folder. The store is kept between runs of the sandbox.</summary>
internal sealed partial class ObjectStore
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly TimeProvider _clock;

    private ObjectStore(string folder, TimeProvider clock)
    {
        _folder = folder;
        _clock = clock;
        Received = Path.Combine(folder, ".received");
    }

    /// <summary>Where bodies are written until they are whole; emptied at start.</summary>
    public string Received { get; }

    public IEnumerable<Bucket> Buckets => _buckets.Values.OrderBy(b => b.Name, StringComparer.Ordinal);

    public static async Task<ObjectStore> OpenAsync(string folder, TimeProvider clock, CancellationToken cancellationToken)
    {
        var store = new ObjectStore(folder, clock);
        if (Directory.Exists(store.Received))
        {
            Directory.Delete(store.Received, recursive: true);
        }

        _ = Directory.CreateDirectory(store.Received);
        foreach (var bucket in Directory.EnumerateDirectories(folder).Where(d => BucketName().IsMatch(Path.GetFileName(d))))
        {
            store._buckets[Path.GetFileName(bucket)] = await Bucket.OpenAsync(bucket, clock.GetUtcNow(), cancellationToken);
        }

        return store;
    }

    /// <summary>Makes a bucket; one that is there already stays as it is, as us-east-1 has it.</summary>
    /// <exception cref="AwsException">The name is not one that S3 takes.</exception>
    public async Task<Bucket> CreateAsync(string name, CancellationToken cancellationToken)
    {
        if (!BucketName().IsMatch(name) || name.Contains("..", StringComparison.Ordinal))
        {
            throw new AwsException(400, "InvalidBucketName", "The specified bucket is not valid.") { Details = [("BucketName", name)] };
        }

        if (_buckets.TryGetValue(name, out var known))
        {
            return known;
        }

        var bucket = await Bucket.OpenAsync(Path.Combine(_folder, name), _clock.GetUtcNow(), cancellationToken);
        return _buckets.GetOrAdd(name, bucket);
    }

    /// <exception cref="AwsException">There is no such bucket.</exception>
    public Bucket Get(string name) => _buckets.TryGetValue(name, out var bucket)
        ? bucket
        : throw new AwsException(404, "NoSuchBucket", "The specified bucket does not exist") { Details = [("BucketName", name)] };

    /// <exception cref="AwsException">There is no such bucket, or it holds objects.</exception>
    public void Delete(string name)
    {
        var bucket = Get(name);
        if (!bucket.IsEmpty)
        {
            throw new AwsException(409, "BucketNotEmpty", "The bucket you tried to delete is not empty") { Details = [("BucketName", name)] };
        }

        _ = _buckets.TryRemove(name, out _);
        bucket.Remove();
    }

    /// <summary>A path of its own for a body that is about to be received.</summary>
    public string NewReceivedFile() => Path.Combine(Received, Guid.NewGuid().ToString("N"));

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]$")]
    private static partial Regex BucketName();
}
