"""Versions of a prepared JSON table: claimed by creating `_versions/<n>.json`, one for each run and attempt."""

import json
import re
from typing import Any

from jobkit.clock import Clock, iso
from jobkit.documents import PrepareJob
from jobkit.errors import JobError, NotFound, PreconditionFailed
from jobkit.storage import GovernedStorage

_FOLDER = "_versions"
_CLAIM = re.compile(_FOLDER + r"/([1-9]\d{0,17})\.json")
_MOST_RACES = 100


def claim(storage: GovernedStorage, job: PrepareJob, clock: Clock) -> int:
    """This run's version: the one that an earlier start of the same attempt claimed, else a new one.

    The claim is the only write that two starts can race for, and S3 decides it (If-None-Match: *). All later writes are
    the same bytes under the same names whoever makes them, so a job that is started twice leaves one version.
    """
    taken = sorted((int(match.group(1)) for found in storage.list(_FOLDER) if (match := _CLAIM.fullmatch(found.key))), reverse=True)
    for version in taken:
        if _is_ours(storage, version, job):
            return version
    first = taken[0] + 1 if taken else 1
    for version in range(first, first + _MOST_RACES):
        try:
            storage.create(_path(version), _claim(version, job, clock), "application/json")
            return version
        except PreconditionFailed:
            # Somebody was faster, or it was us: the answer to a create that worked can get lost.
            if _is_ours(storage, version, job):
                return version
    raise JobError("VersionConflict", f"no version of {job.output.table} could be claimed in {_MOST_RACES} tries from {first}. "
                   f"Look for what writes to {storage.location}/{_FOLDER}.")


def _claim(version: int, job: PrepareJob, clock: Clock) -> bytes:
    return json.dumps({"schemaVersion": 1, "version": version, "run": job.common.run.key(), "table": job.output.table,
                       "source": {"table": job.source.table, "version": job.source.version}, "claimedAt": iso(clock.now())}).encode()


def _is_ours(storage: GovernedStorage, version: int, job: PrepareJob) -> bool:
    try:
        found: Any = json.loads(storage.read(_path(version)))
    except NotFound:
        return False
    except ValueError as failure:
        raise JobError("VersionConflict", f"{storage.location}/{_path(version)} is not JSON. Remove what wrote it.") from failure
    return isinstance(found, dict) and found.get("run") == job.common.run.key()


def _path(version: int) -> str:
    return f"{_FOLDER}/{version}.json"
