"""The shell with Spark: the same core in mapPartitions, Delta output. pyspark is imported inside the functions only."""

import hashlib
import json
import os
import re
from functools import partial
from typing import Any, Iterable, Iterator, Mapping
from urllib.parse import unquote

from jobkit.catalog import Catalog, Table
from jobkit.documents import PrepareJob, SnapshotFile
from jobkit.errors import BadInput, JobError, Refused, SourceChanged
from jobkit.log import say
from jobkit.runtime import Runtime
from jobkit.storage import GovernedStorage

from . import source, split, spark_session
from .examples import Counts, Example, Recipe
from .manifest import Prepared

_SCHEMA = "prompt string, completion string, group string, tokens bigint, digest binary, place bigint, rows bigint"
_TYPED = re.compile(r"jobkit\.\w+\.(\w+): (\w+): ([^\n]+)")
_REFUSALS = frozenset({"Refused", "NotFound", "CatalogRefused", "TableNotFound"})


def prepare(runtime: Runtime, catalog: Catalog, table: Table, job: PrepareJob, recipe: Recipe) -> Prepared:
    """Writes the prepared table's next Delta version, or finds the one that this run and attempt wrote already."""
    spark = spark_session.create(runtime, job)
    try:
        return _prepare(spark, runtime, catalog, table, job, recipe)
    except JobError:
        raise
    except Exception as failure:
        raise typed(failure) or failure
    finally:
        spark.stop()


def typed(failure: Exception) -> JobError | None:
    """The job's own error that ended a task, which Spark passes on only as text inside one of its own."""
    found = _TYPED.search(str(failure))
    if found is None:
        return None
    name, code, message = found.groups()
    if name == "SourceChanged":
        return SourceChanged(message)
    kind = Refused if name in _REFUSALS else BadInput if name == "BadInput" else JobError
    return kind(code, message)


def _prepare(spark: Any, runtime: Runtime, catalog: Catalog, table: Table, job: PrepareJob, recipe: Recipe) -> Prepared:
    totals = source.SourceTotals()
    if job.source.format == "DELTA":
        rows = _delta_rows(spark, job, recipe)
        totals.files, totals.bytes = _delta_size(runtime, catalog, job, rows.inputFiles())
        parts = rows.rdd.mapPartitions(partial(delta_part, job))
    else:
        files = source.pinned_files(runtime.own_read(job.source.snapshot_uri or ""), job.source)
        totals.files, totals.bytes = len(files), sum(file.bytes for file in files)
        if not table.columns:
            storage = runtime.table_storage(catalog, job.common, job.source.table, job.source.table_id, job.source.location, "READ")
            next(source.checked_against_first(source.read_rows(storage, files, source.SourceTotals()), recipe), None)
        parts = spark.sparkContext.parallelize(files, len(files)).mapPartitions(partial(json_part, job, None))
    frame = spark.createDataFrame(parts, _SCHEMA).persist()
    examples, totals.rows = distinct_examples(frame), _count_rows(frame)
    version = _written_version(spark, job)
    if version is None:
        _write(spark, job, assign_splits(examples, job))
        version = _written_version(spark, job)
        if version is None:
            raise JobError("VersionConflict", f"{job.output.table} shows no version of this run after the write. Look at DESCRIBE HISTORY.")
    say(f"prepare version {version} of {job.output.table}")
    return _describe(spark, runtime, catalog, job, version, totals)


def json_part(job: PrepareJob, environ: Mapping[str, str] | None, files: Iterable[SnapshotFile]) -> Iterator[tuple[Any, ...]]:
    """The records of some pinned JSON files. Runs in a worker, which vends its own credentials: none travel through Spark."""
    runtime = Runtime(os.environ if environ is None else environ)
    catalog = runtime.catalog(job.common)
    storage = runtime.table_storage(catalog, job.common, job.source.table, job.source.table_id, job.source.location, "READ")
    yield from _part(job, (row for file in files for row in source.read_file(storage, file)))


def delta_part(job: PrepareJob, rows: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The records of some rows of a Delta table."""
    yield from _part(job, (row.asDict(recursive=True) for row in rows))


def _part(job: PrepareJob, rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """The examples, and last one record that only says how many rows there were: an accumulator would count the rows of a
    repeated task twice."""
    recipe, counts = Recipe(job), Counts()
    for row in rows:
        for example in recipe.examples(row, counts):
            yield _record(example)
    yield (None, None, None, 0, None, None, counts.rows)


def _record(example: Example) -> tuple[Any, ...]:
    return (example.prompt, example.completion, example.group, example.tokens, bytearray(example.digest), split.place(example.group), 0)


def distinct_examples(frame: Any) -> Any:
    """One example for each digest. Which one is decided by its content, so that a repeated task decides alike."""
    from pyspark.sql import Window, functions as f

    order = Window.partitionBy("digest").orderBy("group", "prompt", "completion")
    return (frame.where("prompt IS NOT NULL").withColumn("_rank", f.row_number().over(order))
            .where("_rank = 1").drop("_rank", "digest", "rows"))


def assign_splits(examples: Any, job: PrepareJob) -> Any:
    """The prepared table: the examples with their split, by the same bound as in the local shell."""
    from pyspark.sql import functions as f

    outermost = examples.agg(f.min("place").alias("least"), f.max("place").alias("greatest")).first()
    if outermost.least is None:
        raise source.no_examples(job, "Spark shell")
    chosen = split.choose(job.preprocessing.validation_fraction, outermost.least, outermost.greatest)
    name = f.when(f.col("place") < f.lit(chosen.bound), f.lit(split.VALIDATION)).otherwise(f.lit(split.TRAIN))
    return examples.withColumn("split", name).drop("place")


def _count_rows(frame: Any) -> int:
    from pyspark.sql import functions as f

    return int(frame.agg(f.sum("rows")).first()[0] or 0)


def _delta_rows(spark: Any, job: PrepareJob, recipe: Recipe) -> Any:
    rows = spark.sql(f"SELECT * FROM {_quoted(job.source.table)} VERSION AS OF {int(job.source.version)}")
    recipe.check_columns(rows.columns)
    # The core tests the filter again; here it keeps whole files from being read.
    return rows.where(recipe.filter.sql()) if recipe.filter is not None else rows


def _delta_size(runtime: Runtime, catalog: Catalog, job: PrepareJob, files: list[str]) -> tuple[int, int]:
    storage = runtime.table_storage(catalog, job.common, job.source.table, job.source.table_id, job.source.location, "READ")
    wanted = {_relative(path, job.source.location) for path in files}
    return len(wanted), sum(found.size for found in storage.list() if found.key in wanted)


def _write(spark: Any, job: PrepareJob, prepared: Any) -> None:
    writer = (prepared.hint("rebalance", "split").write.format("delta").mode("overwrite").option("overwriteSchema", "true")
              .option("userMetadata", _mark(job)).partitionBy("split"))
    if not spark.catalog.tableExists(_quoted(job.output.table)):
        writer = writer.option("path", job.output.location)
    writer.saveAsTable(_quoted(job.output.table))


def _written_version(spark: Any, job: PrepareJob) -> int | None:
    """The version that carries this run's mark in its commit; a job that is started twice so writes one."""
    if not spark.catalog.tableExists(_quoted(job.output.table)):
        return None
    history = spark.sql(f"DESCRIBE HISTORY {_quoted(job.output.table)}").where("userMetadata IS NOT NULL").select("version", "userMetadata")
    return next((int(row.version) for row in history.toLocalIterator() if row.userMetadata == _mark(job)), None)


def _mark(job: PrepareJob) -> str:
    return json.dumps({"governed-finetune": job.common.run.key()}, sort_keys=True)


def _describe(spark: Any, runtime: Runtime, catalog: Catalog, job: PrepareJob, version: int, totals: source.SourceTotals) -> Prepared:
    """The files of the version, read back and hashed with vended credentials."""
    from pyspark.sql import functions as f

    found = (spark.sql(f"SELECT *, _metadata.file_path AS _path FROM {_quoted(job.output.table)} VERSION AS OF {version}")
             .groupBy("_path", "split").agg(f.count(f.lit(1)).alias("rows"), f.sum("tokens").alias("tokens")).collect())
    table = catalog.table(job.output.table)
    storage = runtime.table_storage(catalog, job.common, table.name, table.table_id, table.location, "READ")
    files, splits = [], {name: {"rows": 0, "tokens": 0} for name in (split.TRAIN, split.VALIDATION)}
    for row in found:
        size, sha256 = _hash(storage, path := _relative(row._path, table.location))
        files.append({"path": path, "bytes": size, "sha256": sha256, "rows": int(row.rows), "split": row.split})
        splits[row.split]["rows"] += int(row.rows)
        splits[row.split]["tokens"] += int(row.tokens)
    return Prepared("DELTA", str(version), sorted(files, key=lambda file: file["path"]), splits, totals)


def _hash(storage: GovernedStorage, path: str) -> tuple[int, str]:
    found = hashlib.sha256()
    with storage.open(path) as stream:
        for block in stream:
            found.update(block)
        return stream.size, found.hexdigest()


def _relative(uri: str, location: str) -> str:
    """A file's path below the table's location. Spark shows URIs, with s3a for s3 in some releases."""
    path = unquote(uri).replace("s3a://", "s3://", 1)
    if not path.startswith(location + "/"):
        raise JobError("BadSource", f"{path} is not below the table's location {location}.")
    return path[len(location) + 1:]


def _quoted(table: str) -> str:
    return ".".join(f"`{part}`" for part in table.replace("`", "").split("."))
