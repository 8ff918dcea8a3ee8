"""The PrepareManifest of docs/job-contract.md."""

from dataclasses import dataclass
from typing import Any

from jobkit.clock import iso
from jobkit.digests import code_digest, files_digest
from jobkit.documents import PrepareJob

from . import NAME, VERSION
from .examples import COLUMNS
from .source import SourceTotals, input_entry


@dataclass(frozen=True)
class Prepared:
    """What a shell wrote."""

    format: str
    version: str
    files: list[dict[str, Any]]
    splits: dict[str, dict[str, int]]
    totals: SourceTotals


def build(job: PrepareJob, prepared: Prepared, shell: str, started: float, finished: float) -> dict[str, Any]:
    output = {
        "table": job.output.table, "location": job.output.location, "format": prepared.format, "version": prepared.version,
        "columns": [{"name": name, "type": kind} for name, kind in COLUMNS],
        "files": prepared.files,
        "rows": sum(split["rows"] for split in prepared.splits.values()),
        "tokens": sum(split["tokens"] for split in prepared.splits.values()),
        "splits": prepared.splits,
    }
    return {
        "schemaVersion": 1, "kind": "PrepareManifest", "run": job.common.run.key(),
        "code": {"name": NAME, "version": VERSION, "digest": code_digest("jobkit", "governed_spark"), "shell": shell},
        "inputs": [input_entry(job, prepared.totals)],
        "outputs": [output],
        "digest": files_digest((file["path"], file["sha256"]) for file in prepared.files),
        "startedAt": iso(started), "finishedAt": iso(finished),
    }
