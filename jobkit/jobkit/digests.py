"""Digests: of files, of lists of files, and of the code that is running."""

import hashlib
import importlib.resources
from importlib.resources.abc import Traversable
from typing import Iterable


def files_digest(files: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the lines `<sha256>  <path>` in path order, which is what sha256sum prints. Takes (path, sha256)."""
    text = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(files))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def snapshot_version(files: Iterable[tuple[str, int, str]]) -> str:
    """What a table without versions is pinned to: SHA-256 over the lines `<etag> <bytes> <path>` in path order. Takes
    (path, bytes, etag)."""
    ordered = sorted(files, key=lambda file: file[0].encode())
    text = "".join(f"{etag} {size} {path}\n" for path, size, etag in ordered)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def code_digest(*packages: str) -> str:
    """The same digest over the Python sources of whole packages. Folders and zip archives give the same value."""
    found: list[tuple[str, str]] = []
    for package in packages:
        _collect(importlib.resources.files(package), package, found)
    return files_digest(found)


def _collect(folder: Traversable, path: str, found: list[tuple[str, str]]) -> None:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            _collect(entry, name, found)
        elif entry.name.endswith(".py"):
            found.append((name, hashlib.sha256(entry.read_bytes()).hexdigest()))
