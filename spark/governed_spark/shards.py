"""Writing of the prepared files: spooled to disk, hashed on the way, put when they are full."""

import hashlib
import json
import tempfile
from typing import Any, BinaryIO, Mapping

from jobkit.storage import GovernedStorage

SHARD_BYTES = 64 * 1024 * 1024  # in the range that the trainer reads well, and small beside a worker's disk


class ShardWriter:
    """The files of one split of one version. Call `finish`, then read `files`."""

    def __init__(self, storage: GovernedStorage, version: int, split: str, scratch: str, shard_bytes: int = SHARD_BYTES):
        self._storage = storage
        self._folder = f"version={version}/split={split}"
        self._split = split
        self._scratch = scratch
        self._shard_bytes = shard_bytes
        self._shard: BinaryIO | None = None
        self.files: list[dict[str, Any]] = []
        self.rows = 0
        self.tokens = 0

    def add(self, record: Mapping[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        if self._shard is not None and self._size + len(line) > self._shard_bytes:
            self._put()
        if self._shard is None:
            self._shard = tempfile.TemporaryFile(dir=self._scratch)
            self._size, self._rows, self._hash = 0, 0, hashlib.sha256()
        self._shard.write(line)
        self._hash.update(line)
        self._size += len(line)
        self._rows += 1
        self.rows += 1
        self.tokens += int(record["tokens"])

    def finish(self) -> None:
        if self._shard is not None:
            self._put()

    def _put(self) -> None:
        assert self._shard is not None
        path = f"{self._folder}/part-{len(self.files):05d}.json"
        with self._shard as file:
            file.flush()
            self._storage.put_file(path, file, self._size, self._hash.hexdigest(), "application/json")
        self.files.append({"path": path, "bytes": self._size, "sha256": self._hash.hexdigest(), "rows": self._rows, "split": self._split})
        self._shard = None
