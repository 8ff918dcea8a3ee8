"""The shell without Spark: one process, one pass over the source, memory for digests only."""

import json
import tempfile
from dataclasses import dataclass
from typing import Any, BinaryIO, Iterator

from jobkit.catalog import Catalog, Table
from jobkit.documents import PrepareJob
from jobkit.errors import BadInput
from jobkit.log import say
from jobkit.runtime import Runtime

from . import manifest, source, split, versions
from .examples import Counts, Example, Recipe
from .shards import ShardWriter


def prepare(runtime: Runtime, catalog: Catalog, table: Table, job: PrepareJob, recipe: Recipe) -> manifest.Prepared:
    """Reads the pinned files, applies the recipe, writes the prepared version, and says what it wrote."""
    if job.source.format != "JSON":
        raise BadInput("UnsupportedFormat", f"the local shell reads JSON tables; {job.source.table} is {job.source.format}. "
                       "Run it where PySpark is installed (--shell spark).")
    files = source.pinned_files(runtime.own_read(job.source.snapshot_uri or ""), job.source)
    storage = runtime.table_storage(catalog, job.common, job.source.table, job.source.table_id, job.source.location, "READ")
    totals, counts = source.SourceTotals(), Counts()
    rows = source.read_rows(storage, files, totals)
    if not table.columns:
        rows = source.checked_against_first(rows, recipe)
    with tempfile.TemporaryDirectory(prefix="governed-") as scratch:
        with tempfile.TemporaryFile(dir=scratch) as spool:
            groups = _spool(rows, recipe, counts, spool)
            say(f"prepare {counts}")
            if groups is None:
                raise source.no_examples(job, counts)
            chosen = split.choose(job.preprocessing.validation_fraction, groups.least, groups.greatest)
            output = runtime.output_storage(catalog, job.common, job.output)
            version = versions.claim(output, job, runtime.clock)
            say(f"prepare version {version} of {job.output.table}")
            writers = {name: ShardWriter(output, version, name, scratch) for name in (split.TRAIN, split.VALIDATION)}
            for record in _replay(spool):
                writers[chosen.of(record["group"])].add(record)
            for writer in writers.values():
                writer.finish()
    return manifest.Prepared(
        "JSON", str(version), [file for writer in writers.values() for file in writer.files],
        {name: {"rows": writer.rows, "tokens": writer.tokens} for name, writer in writers.items()}, totals)


@dataclass
class _Places:
    """The outermost places of the groups that were seen."""

    least: int
    greatest: int


def _spool(rows: Iterator[dict[str, Any]], recipe: Recipe, counts: Counts, spool: BinaryIO) -> _Places | None:
    """Writes the distinct examples to the spool. The split is chosen after it, when all groups have been seen."""
    seen: set[bytes] = set()
    places: _Places | None = None
    for row in rows:
        for example in recipe.examples(row, counts):
            if example.digest in seen:
                counts.skip("duplicate examples")
                continue
            seen.add(example.digest)
            places = _widen(places, example)
            spool.write(json.dumps(example.record(), ensure_ascii=False).encode() + b"\n")
    return places


def _widen(places: _Places | None, example: Example) -> _Places:
    place = split.place(example.group)
    return _Places(place, place) if places is None else _Places(min(places.least, place), max(places.greatest, place))


def _replay(spool: BinaryIO) -> Iterator[dict[str, Any]]:
    spool.seek(0)
    for line in spool:
        yield json.loads(line)
