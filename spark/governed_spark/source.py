"""The pinned source: what the run is allowed to read, and proof that it is still that."""

from dataclasses import dataclass
from typing import Any, Iterator

from jobkit.catalog import Catalog, Table
from jobkit.digests import snapshot_version
from jobkit.documents import PrepareJob, SnapshotFile, Source, parse_snapshot
from jobkit.errors import BadInput, JobError, NotFound, PreconditionFailed, SourceChanged
from jobkit.storage import GovernedStorage

from .examples import Recipe
from .records import partition_columns, read_records


@dataclass
class SourceTotals:
    """What was read, for the manifest."""

    files: int = 0
    bytes: int = 0
    rows: int = 0


def check_table(catalog: Catalog, source: Source) -> Table:
    """The source table as the catalog has it now; SourceChanged where it is another than the run was pinned to."""
    table = catalog.table(source.table)
    for what, now, pinned in (("id", table.table_id, source.table_id), ("format", table.format, source.format),
                              ("location", table.location, source.location)):
        if now != pinned:
            raise SourceChanged(f"table {source.table} has {what} {now}, but the run was pinned to {pinned}: it was replaced or "
                                "moved. Start a new run.")
    return table


def pinned_files(snapshot: bytes, source: Source) -> tuple[SnapshotFile, ...]:
    """The files of a JSON table's snapshot, in path order."""
    assert source.snapshot_uri is not None
    files = parse_snapshot(snapshot, source.snapshot_uri)
    found = snapshot_version((file.path, file.bytes, file.etag) for file in files)
    if found != source.version:
        raise SourceChanged(f"snapshot {source.snapshot_uri} is version {found}, but the run was pinned to {source.version}. Start a new run.")
    if not files:
        raise BadInput("EmptySource", f"snapshot {source.snapshot_uri} of {source.table} names no file. Load data into the table first.")
    return tuple(sorted(files, key=lambda file: file.path))


def read_file(storage: GovernedStorage, file: SnapshotFile) -> Iterator[dict[str, Any]]:
    """The rows of one pinned file, with the columns of its folders; these win over fields of the same name, as in Spark."""
    name = f"{storage.location}/{file.path}"
    try:
        stream = storage.open(file.path, if_match=file.etag)
    except (PreconditionFailed, NotFound) as failure:
        raise SourceChanged(f"{name} is not the file with ETag {file.etag} that the run was pinned to. Start a new run.") from failure
    with stream:
        if stream.size != file.bytes:
            raise SourceChanged(f"{name} has {stream.size} bytes, but the run was pinned to {file.bytes}. Start a new run.")
        folders = partition_columns(file.path)
        for record in read_records(stream, name):
            yield record | folders


def read_rows(storage: GovernedStorage, files: tuple[SnapshotFile, ...], totals: SourceTotals) -> Iterator[dict[str, Any]]:
    """All rows, one file at a time."""
    for file in files:
        for row in read_file(storage, file):
            totals.rows += 1
            yield row
        totals.files += 1
        totals.bytes += file.bytes


def checked_against_first(rows: Iterator[dict[str, Any]], recipe: Recipe) -> Iterator[dict[str, Any]]:
    """For a catalog that keeps no columns of a JSON table: its first record stands for them."""
    first = next(rows, None)
    if first is not None:
        recipe.check_columns(list(first))
        yield first
        yield from rows


def input_entry(job: PrepareJob, totals: SourceTotals) -> dict[str, Any]:
    """The manifest's `inputs` entry."""
    source = job.source
    return {"table": source.table, "tableId": source.table_id, "version": source.version, "format": source.format,
            "files": totals.files, "bytes": totals.bytes, "rows": totals.rows}


def no_examples(job: PrepareJob, counts: object) -> JobError:
    return JobError("NoExamples", f"no row of {job.source.table} gave an example ({counts}). Check source.filter, "
                    "preprocessing.textColumn and maxTokens.")
