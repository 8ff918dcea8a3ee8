using GovernedFinetune.Sandbox.Aws.Http;

namespace GovernedFinetune.Sandbox.Aws.S3;

/// <summary>S3 in path style: finds the operation by method, path and sub-resource.</summary>
internal sealed class S3Api(ObjectStore store, SandboxOptions options, TimeProvider clock) : IAwsApi
{
    // What S3 has and the sandbox has not. Answering one of them as if it were a plain GET or PUT would do damage.
    private static readonly string[] Unsupported =
    [
        "acl", "cors", "encryption", "lifecycle", "logging", "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
        "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "legal-hold", "select", "tagging", "torrent",
        "versioning", "versions", "website", "attributes", "accelerate", "analytics", "inventory", "metrics", "versionId",
    ];

    private readonly BucketOperations _buckets = new(store, options);
    private readonly ObjectOperations _objects = new(store, clock);
    private readonly MultipartUploads _uploads = new(store, clock);

    public AwsService Service => AwsService.S3;

    public Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var method = request.Http.Request.Method;
        var path = request.Target.Path[1..];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? path : path[..slash];
        var key = slash < 0 ? "" : path[(slash + 1)..];
        request.Describe(method, $"s3://{path}");
        if (Array.Find(Unsupported, request.Target.Has) is { } sub)
        {
            throw new AwsException(501, "NotImplemented", $"The sandbox's S3 does not implement the sub-resource '{sub}'.");
        }

        return bucket.Length == 0 ? Account(request, method)
            : key.Length == 0 ? OnBucket(request, method, bucket, cancellationToken)
            : OnObject(request, method, bucket, key, cancellationToken);
    }

    private Task Account(AwsRequest request, string method) => method == "GET" ? _buckets.ListBucketsAsync(request) : throw NotAllowed(method);

    private Task OnBucket(AwsRequest request, string method, string bucket, CancellationToken cancellationToken)
    {
        switch (method)
        {
            case "PUT":
                return _buckets.CreateAsync(request, bucket, cancellationToken);
            case "HEAD":
                _buckets.Head(request, bucket);
                return Task.CompletedTask;
            case "DELETE":
                _buckets.Delete(request, bucket);
                return Task.CompletedTask;
            case "GET" when request.Target.Has("location"):
                return _buckets.LocationAsync(request, bucket);
            case "GET" when request.Target["list-type"] == "2":
                return _buckets.ListObjectsAsync(request, bucket);
            case "GET":
                throw new AwsException(501, "NotImplemented", "The sandbox's S3 lists with ListObjectsV2 (list-type=2) only.");
            case "POST" when request.Target.Has("delete"):
                return _buckets.DeleteObjectsAsync(request, bucket, cancellationToken);
            default:
                throw NotAllowed(method);
        }
    }

    private Task OnObject(AwsRequest request, string method, string bucket, string key, CancellationToken cancellationToken)
    {
        var inUpload = request.Target.Has("uploadId");
        switch (method)
        {
            case "PUT" when inUpload && request.Header("x-amz-copy-source") is not null:
                throw new AwsException(501, "NotImplemented", "The sandbox's S3 does not implement UploadPartCopy.");
            case "PUT" when inUpload:
                return _uploads.PutPartAsync(request, bucket, key, cancellationToken);
            case "PUT" when request.Header("x-amz-copy-source") is { } source:
                return _objects.CopyAsync(request, bucket, key, source, cancellationToken);
            case "PUT":
                return _objects.PutAsync(request, bucket, key, cancellationToken);
            case "GET" when inUpload:
                return _uploads.ListPartsAsync(request, bucket, key);
            case "GET":
                return _objects.GetAsync(request, bucket, key, withBody: true, cancellationToken);
            case "HEAD":
                return _objects.GetAsync(request, bucket, key, withBody: false, cancellationToken);
            case "DELETE" when inUpload:
                _uploads.Abort(request, bucket, key);
                return Task.CompletedTask;
            case "DELETE":
                _objects.Delete(request, bucket, key);
                return Task.CompletedTask;
            case "POST" when request.Target.Has("uploads"):
                return _uploads.CreateAsync(request, bucket, key);
            case "POST" when inUpload:
                return _uploads.CompleteAsync(request, bucket, key, cancellationToken);
            default:
                throw NotAllowed(method);
        }
    }

    private static AwsException NotAllowed(string method) =>
        new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.") { Details = [("Method", method)] };
}
