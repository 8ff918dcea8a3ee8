"""The prepared table on the local disk: fetched with vended credentials and verified before anything reads it."""

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any, Iterator

from jobkit.documents import DataFile, TrainJob
from jobkit.errors import BadInput, JobError, NotFound, SourceChanged
from jobkit.log import say
from jobkit.runtime import Runtime
from jobkit.storage import GovernedStorage

TRAIN, VALIDATION = "train", "validation"


def check_readable(job: TrainJob) -> None:
    """Refuses a format that this image cannot read."""
    if job.dataset.format == "DELTA" and importlib.util.find_spec("pyarrow") is None:
        raise BadInput("BackendUnavailable", f"table {job.dataset.table} is DELTA, and pyarrow, which reads its files, is not installed in "
                       "this image. Use an image of trainer/Dockerfile.")


class Dataset:
    """The files of one version of the table. `rows` streams them as often as one likes."""

    def __init__(self, job: TrainJob, folder: Path):
        self._job = job
        self._folder = folder
        self._files = sorted(job.dataset.files, key=lambda file: file.path)

    def fetch(self, runtime: Runtime) -> None:
        """Downloads every file and verifies it; SourceChanged where one is not what the run was given."""
        dataset, common = self._job.dataset, self._job.common
        catalog = runtime.catalog(common)
        table = catalog.table(dataset.table)
        if (table.table_id, table.location) != (dataset.table_id, dataset.location):
            raise SourceChanged(f"table {dataset.table} is {table.table_id} at {table.location}, but the run was given {dataset.table_id} "
                                f"at {dataset.location}: it was replaced or moved. Start a new run.")
        storage = runtime.table_storage(catalog, common, dataset.table, dataset.table_id, dataset.location, "READ")
        for number, file in enumerate(self._files):
            _download(storage, file, self._local(number))
        say(f"dataset {dataset.table} version {dataset.version}: {len(self._files)} files verified, {dataset.digest}")

    def count(self, split: str) -> int:
        return sum(file.rows for file in self._files if file.split == split)

    def rows(self, split: str) -> Iterator[dict[str, Any]]:
        """The rows of a split, in file order."""
        for number, file in enumerate(self._files):
            if file.split == split:
                yield from (_parquet_rows if self._job.dataset.format == "DELTA" else _json_rows)(self._local(number), file.path)

    def _local(self, number: int) -> Path:
        return self._folder / f"{number:06d}.data"


def _download(storage: GovernedStorage, file: DataFile, local: Path) -> None:
    name = f"{storage.location}/{file.path}"
    found, size = hashlib.sha256(), 0
    try:
        with storage.open(file.path) as stream, local.open("wb") as out:
            for block in stream:
                found.update(block)
                size += len(block)
                out.write(block)
    except NotFound as failure:
        raise SourceChanged(f"{name} is missing from the version that the run was given. Prepare the dataset again.") from failure
    if size != file.bytes or found.hexdigest() != file.sha256:
        raise SourceChanged(f"{name} has {size} bytes with SHA-256 {found.hexdigest()}, but the run was given {file.bytes} bytes with "
                            f"{file.sha256}. Prepare the dataset again.")


def _json_rows(local: Path, name: str) -> Iterator[dict[str, Any]]:
    with local.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                yield {"prompt": str(row["prompt"]), "completion": str(row["completion"])}
            except (ValueError, KeyError, TypeError) as failure:
                raise JobError("BadDataset", f"{name}, line {number}: not a JSON object with prompt and completion. "
                               "Prepare the dataset again.") from failure


def _parquet_rows(local: Path, name: str) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet  # type: ignore[import-not-found]  # present: check_readable

    with pyarrow.parquet.ParquetFile(local) as table:
        missing = {"prompt", "completion"} - set(table.schema_arrow.names)
        if missing:
            raise JobError("BadDataset", f"{name} has no column {', '.join(sorted(missing))}. Prepare the dataset again.")
        for batch in table.iter_batches(batch_size=1024, columns=["prompt", "completion"]):
            yield from batch.to_pylist()
