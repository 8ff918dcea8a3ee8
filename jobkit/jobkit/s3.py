"""Amazon S3: the five calls that the jobs need."""

import hashlib
import http.client
import threading
from dataclasses import dataclass
from typing import BinaryIO, Callable, Iterator, Mapping
from xml.etree import ElementTree

from . import aws_errors, sigv4
from .aws_identity import CredentialSource
from .clock import Clock
from .errors import BadInput, JobError
from .retry import RetryPolicy, Transient
from .transport import Response, Transport

BLOCK = 256 * 1024
_REGION_HEADER = "x-amz-bucket-region"


@dataclass(frozen=True)
class S3Object:
    """One object as a listing or a HEAD shows it; `etag` keeps its quotes, as If-Match wants it."""

    key: str
    size: int
    etag: str


def split_uri(uri: str) -> tuple[str, str]:
    """(bucket, key) of an s3:// URI; the key may be empty."""
    if not uri.startswith("s3://"):
        raise BadInput("BadConfiguration", f"{uri!r} is not an s3:// URI.")
    bucket, _, key = uri[len("s3://"):].partition("/")
    if not bucket:
        raise BadInput("BadConfiguration", f"{uri!r} names no bucket.")
    return bucket, key


class S3Client:
    """Signs with whatever its credential source gives at the moment of each request."""

    def __init__(self, credentials: CredentialSource, region: str, endpoint: str | None, transport: Transport,
                 retry: RetryPolicy, clock: Clock):
        self._credentials = credentials
        self._region = region
        self._endpoint = endpoint
        self._transport = transport
        self._retry = retry
        self._clock = clock
        self._bucket_regions: dict[str, str] = {}
        self._lock = threading.Lock()

    def open(self, bucket: str, key: str, if_match: str | None = None) -> "ObjectStream":
        """The object as a stream that survives a broken connection."""
        return ObjectStream(lambda headers: self._send("GET", bucket, key, headers=headers), f"s3://{bucket}/{key}",
                            self._retry, if_match)

    def read(self, bucket: str, key: str, limit: int = 16 * 1024 * 1024) -> bytes:
        """A small object whole."""
        with self.open(bucket, key) as stream:
            body = stream.read(limit + 1)
        if len(body) > limit:
            raise BadInput("TooLarge", f"s3://{bucket}/{key} is larger than the {limit} bytes that are allowed for it.")
        return body

    def head(self, bucket: str, key: str) -> S3Object:
        with self._send("HEAD", bucket, key) as answer:
            return S3Object(key, int(answer.headers.get("content-length", "0")), answer.headers.get("etag", ""))

    def put(self, bucket: str, key: str, body: bytes, content_type: str = "application/octet-stream",
            create_only: bool = False) -> str:
        """Writes the object and returns its ETag; `create_only` raises PreconditionFailed where it exists."""
        headers = {"content-type": content_type, "content-length": str(len(body))}
        if create_only:
            headers["if-none-match"] = "*"
        with self._send("PUT", bucket, key, headers=headers, body=body, sha256=hashlib.sha256(body).hexdigest()) as answer:
            return answer.headers.get("etag", "")

    def put_file(self, bucket: str, key: str, file: BinaryIO, size: int, sha256: str, content_type: str) -> str:
        """Writes the object from a seekable file whose digest is known already."""
        headers = {"content-type": content_type, "content-length": str(size)}
        with self._send("PUT", bucket, key, headers=headers, body=file, sha256=sha256) as answer:
            return answer.headers.get("etag", "")

    def list(self, bucket: str, prefix: str) -> Iterator[S3Object]:
        """Every object under the prefix, page by page, in key order."""
        token = None
        while True:
            query = {"list-type": "2", "prefix": prefix}
            if token:
                query["continuation-token"] = token
            with self._send("GET", bucket, "", query=query) as answer:
                objects, token = _parse_listing(answer.read(), f"s3://{bucket}/{prefix}")
            yield from objects
            if token is None:
                return

    def _send(self, method: str, bucket: str, key: str, query: Mapping[str, str] | None = None,
              headers: Mapping[str, str] | None = None, body: bytes | BinaryIO | None = None,
              sha256: str = sigv4.EMPTY_SHA256) -> Response:
        what = f"{method} s3://{bucket}/{key}" if not query else f"LIST s3://{bucket}/{query['prefix']}"

        def attempt() -> Response:
            region = self._region_of(bucket)
            url = self._url(bucket, key, query or {}, region)
            if body is not None and not isinstance(body, bytes):
                body.seek(0)
            signed = sigv4.sign(method, url, headers or {}, sha256, self._credentials.get(), region, "s3", self._clock.now())
            answer = self._transport.send(method, url, signed, body)
            if 200 <= answer.status < 300:
                return answer
            with answer:
                elsewhere = answer.headers.get(_REGION_HEADER)
                if answer.status in (301, 307, 400) and elsewhere and elsewhere != region:
                    return self._move(bucket, elsewhere, attempt)
                raise aws_errors.failure(answer.status, answer.headers, answer.read_error(), what, self._clock.now())

        return with_fresh_credentials(self._credentials, lambda: self._retry.call(attempt))

    def _move(self, bucket: str, region: str, again: Callable[[], Response]) -> Response:
        """Vended credentials come without a region, so the bucket may be elsewhere; S3 then says where."""
        with self._lock:
            self._bucket_regions[bucket] = region
        return again()

    def _region_of(self, bucket: str) -> str:
        with self._lock:
            return self._bucket_regions.get(bucket, self._region)

    def _url(self, bucket: str, key: str, query: Mapping[str, str], region: str) -> str:
        path = sigv4.escape_path(key)
        if self._endpoint is not None:
            base = f"{self._endpoint}/{bucket}/{path}"
        elif "." in bucket:  # the wildcard certificate does not cover a bucket name with dots
            base = f"https://s3.{region}.amazonaws.com/{bucket}/{path}"
        else:
            base = f"https://{bucket}.s3.{region}.amazonaws.com/{path}"
        return base + (f"?{sigv4.canonical_query(query)}" if query else "")


def with_fresh_credentials(source: CredentialSource, action: Callable[[], Response]) -> Response:
    """Runs the action, and once more with new credentials where the service called the present ones expired."""
    try:
        return action()
    except aws_errors.CredentialsExpired:
        source.invalidate()
    try:
        return action()
    except aws_errors.CredentialsExpired as still:
        raise still.error from still


class ObjectStream:
    """Reads one object to its last byte. A connection that breaks is taken up again with Range and If-Match."""

    def __init__(self, fetch: Callable[[Mapping[str, str]], Response], name: str, retry: RetryPolicy, if_match: str | None):
        self._fetch = fetch
        self._name = name
        self._retry = retry
        self._answer = fetch({"if-match": if_match} if if_match else {})
        self.etag = self._answer.headers.get("etag", "")
        self.size = int(self._answer.headers.get("content-length", "0"))
        self._offset = 0

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, or all that is left; empty at the end only."""
        if size >= 0:
            return self._block(size)
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        while block := self._block(BLOCK):
            yield block

    def _block(self, size: int) -> bytes:
        blocks, wanted = [], min(size, self.size - self._offset)
        while wanted > 0:
            block = self._retry.call(lambda: self._read_some(wanted))
            blocks.append(block)
            wanted -= len(block)
        return b"".join(blocks)

    def _read_some(self, size: int) -> bytes:
        if self._answer is None:
            headers = {"range": f"bytes={self._offset}-"}
            if self.etag:
                headers["if-match"] = self.etag
            self._answer = self._fetch(headers)
            if self._answer.status != 206:
                self.close()
                raise JobError("StorageUnavailable", f"{self._name} cannot be read on from byte {self._offset}: the storage ignores Range.")
        try:
            block = self._answer.read(size)
            if not block:
                raise http.client.IncompleteRead(b"", self.size - self._offset)
        except (OSError, http.client.HTTPException) as broken:
            self.close()
            raise Transient(JobError("StorageUnavailable", f"reading {self._name} broke off at byte {self._offset} of "
                                     f"{self.size}: {type(broken).__name__}. Start the job again later.")) from broken
        self._offset += len(block)
        return block

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()
            self._answer = None

    def __enter__(self) -> "ObjectStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _parse_listing(body: bytes, name: str) -> tuple[list[S3Object], str | None]:
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as failure:
        raise JobError("StorageUnavailable", f"LIST {name}: the answer is not XML ({failure}).") from failure
    space = root.tag[: root.tag.index("}") + 1] if root.tag.startswith("{") else ""
    objects = [S3Object(item.findtext(f"{space}Key", ""), int(item.findtext(f"{space}Size", "0")),
                        item.findtext(f"{space}ETag", "")) for item in root.iterfind(f"{space}Contents")]
    truncated = root.findtext(f"{space}IsTruncated", "false").strip().lower() == "true"
    return objects, (root.findtext(f"{space}NextContinuationToken") if truncated else None)
