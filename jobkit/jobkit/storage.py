"""Governed storage: the files of one table or path, reached with vended credentials and no others."""

from typing import BinaryIO, Iterator

from .errors import BadInput
from .s3 import ObjectStream, S3Client, S3Object, split_uri


class GovernedStorage:
    """Files named by their path relative to the location. The client signs with credentials that Unity Catalog
    vended for exactly this table or path and that are renewed before they expire."""

    def __init__(self, location: str, client: S3Client):
        self.location = location.rstrip("/")
        self._client = client
        self._bucket, self._root = split_uri(self.location)

    def open(self, path: str, if_match: str | None = None) -> ObjectStream:
        return self._client.open(self._bucket, self._key(path), if_match)

    def read(self, path: str) -> bytes:
        return self._client.read(self._bucket, self._key(path))

    def create(self, path: str, body: bytes, content_type: str) -> None:
        """Writes a file that must not exist; PreconditionFailed where it does."""
        self._client.put(self._bucket, self._key(path), body, content_type, create_only=True)

    def put_file(self, path: str, file: BinaryIO, size: int, sha256: str, content_type: str) -> None:
        self._client.put_file(self._bucket, self._key(path), file, size, sha256, content_type)

    def list(self, folder: str = "") -> Iterator[S3Object]:
        """The files under a folder or the whole location; their keys are made relative to the location."""
        prefix = (self._key(folder) if folder else self._root).rstrip("/") + "/"
        skip = len(self._root) + 1 if self._root else 0
        for found in self._client.list(self._bucket, prefix):
            yield S3Object(found.key[skip:], found.size, found.etag)

    def _key(self, path: str) -> str:
        check_relative(path)
        return f"{self._root}/{path}" if self._root else path


def check_relative(path: str) -> None:
    """Refuses a path that could name something outside its location."""
    if not path or path.startswith("/") or any(part in ("", ".", "..") for part in path.rstrip("/").split("/")):
        raise BadInput("BadPath", f"{path!r} is not a path below the table's location.")
