"""The job document of docs/job-contract.md, parsed and validated."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .digests import files_digest
from .errors import BadInput
from .fields import Fields
from .storage import check_relative

SCHEMA_VERSION = 1
_TABLE = r"[^.\s/]+\.[^.\s/]+\.[^.\s/]+"
_S3 = r"s3://[^/\s]+(/.*)?"
_SHA256 = r"[0-9a-f]{64}"
_DIGEST = "sha256:" + _SHA256
_LOOPBACK = r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?"


@dataclass(frozen=True)
class Run:
    uid: str
    namespace: str
    name: str
    attempt: int

    def key(self) -> dict[str, Any]:
        """How claims and manifests name the run."""
        return {"uid": self.uid, "attempt": self.attempt}


@dataclass(frozen=True)
class CommonPart:
    run: Run
    host: str
    flavor: str
    secret_id: str
    region: str


@dataclass(frozen=True)
class Source:
    table: str
    table_id: str
    format: str
    location: str
    version: str
    snapshot_uri: str | None
    filter: str | None


@dataclass(frozen=True)
class Preprocessing:
    text_column: str
    group_column: str | None
    prompt_template: str
    max_tokens: int
    validation_fraction: Decimal


@dataclass(frozen=True)
class Output:
    table: str
    table_id: str | None
    location: str


@dataclass(frozen=True)
class PrepareJob:
    common: CommonPart
    manifest_uri: str
    source: Source
    preprocessing: Preprocessing
    output: Output

    @property
    def failure_uri(self) -> str:
        """Where the error line goes when the job fails: beside the manifest."""
        return self.manifest_uri.rpartition("/")[0] + "/failure.txt"


@dataclass(frozen=True)
class DataFile:
    path: str
    bytes: int
    sha256: str
    rows: int
    split: str


@dataclass(frozen=True)
class Dataset:
    table: str
    table_id: str
    version: str
    format: str
    location: str
    digest: str
    files: tuple[DataFile, ...]


@dataclass(frozen=True)
class TrainJob:
    common: CommonPart
    progress_uri: str | None
    dataset: Dataset
    model_id: str
    model_revision: str | None
    method: str
    max_tokens: int
    hyperparameters: dict[str, str]
    checkpoints: bool


@dataclass(frozen=True)
class SnapshotFile:
    path: str
    bytes: int
    etag: str


def parse_prepare(body: bytes) -> PrepareJob:
    fields = _open(body, "PrepareJob")
    fields.ignore("progressUri")
    job = PrepareJob(_common(fields), fields.text("manifestUri", _S3, "an s3:// URI"), _source(fields.object("source")),
                     _preprocessing(fields.object("preprocessing")), _output(fields.object("output")))
    fields.done()
    if job.output.table == job.source.table or _overlap(job.output.location, job.source.location):
        raise BadInput("BadDocument", f"job document: output {job.output.table} at {job.output.location} overlaps the source "
                       f"{job.source.table} at {job.source.location}. The prepared table needs a place of its own.")
    return job


def parse_train(body: bytes) -> TrainJob:
    fields = _open(body, "TrainJob")
    fields.ignore("manifestUri")
    common, progress = _common(fields), fields.optional_text("progressUri", _S3, "an s3:// URI or null")
    dataset = _dataset(fields.object("dataset"))
    model = fields.object("model")
    model_id, revision = model.text("id"), model.optional_text("revision")
    model.done()
    training = fields.object("training")
    job = TrainJob(common, progress, dataset, model_id, revision, training.choice("method", "LoRA", "QLoRA", "Full"),
                   training.integer("maxTokens", 1), training.text_map("hyperparameters"), training.boolean("checkpoints", False))
    training.done()
    fields.done()
    return job


def parse_snapshot(body: bytes, uri: str) -> tuple[SnapshotFile, ...]:
    fields = Fields(_json(body, f"snapshot {uri}"), document=f"snapshot {uri}")
    if fields.integer("schemaVersion") != SCHEMA_VERSION:
        raise BadInput("BadDocument", f"snapshot {uri}: schemaVersion must be {SCHEMA_VERSION}.")
    files = fields.list("files", lambda item: SnapshotFile(item.text("path"), item.integer("bytes"), item.text("etag")))
    fields.done()
    _check_paths([file.path for file in files], f"snapshot {uri}")
    return files


def _open(body: bytes, kind: str) -> Fields:
    fields = Fields(_json(body, "job document"))
    version = fields.integer("schemaVersion")
    if version != SCHEMA_VERSION:
        raise BadInput("BadDocument", f"job document: schemaVersion must be {SCHEMA_VERSION}, found {version}. Use jobs of the operator's version.")
    fields.choice("kind", kind)
    return fields


def _json(body: bytes, document: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as failure:
        raise BadInput("BadDocument", f"{document} is not JSON: {failure}.") from failure


def _common(fields: Fields) -> CommonPart:
    run = fields.object("run")
    parsed_run = Run(run.text("uid", r"[A-Za-z0-9-]{1,64}", "1 to 64 letters, digits or hyphens"), run.text("namespace"),
                     run.text("name"), run.integer("attempt", 1))
    run.done()
    catalog = fields.object("catalog")
    # Anything else over plain http would send the client secret in the clear.
    host = catalog.text("host", rf"(https://[^/\s?#@]+|{_LOOPBACK})/?", "https://<host> without a path")
    flavor = catalog.choice("flavor", "Databricks", "OpenSource")
    catalog.done()
    credentials = fields.object("credentials")
    secret_id, region = credentials.text("secretId"), credentials.text("region")
    credentials.done()
    return CommonPart(parsed_run, host.rstrip("/"), flavor, secret_id, region)


def _source(fields: Fields) -> Source:
    source = Source(
        fields.text("table", _TABLE, "catalog.schema.table"), fields.text("tableId"), fields.choice("format", "JSON", "DELTA"),
        fields.text("location", _S3, "an s3:// URI").rstrip("/"), fields.text("version"),
        fields.optional_text("snapshotUri", _S3, "an s3:// URI or null"), fields.optional_text("filter"))
    if source.format == "JSON":
        fields.text("version", _DIGEST, "sha256: and 64 hexadecimal digits for a JSON table")
        fields.text("snapshotUri", _S3, "an s3:// URI for a JSON table")
    else:
        fields.text("version", r"\d{1,19}", "a decimal table version for a DELTA table")
    fields.done()
    return source


def _preprocessing(fields: Fields) -> Preprocessing:
    # 16, as in the resource's schema: a prompt of a few words and half a sentence. Below that no example makes sense.
    parsed = Preprocessing(
        fields.text("textColumn"), fields.optional_text("groupColumn"), fields.any_text("promptTemplate", ""),
        fields.integer("maxTokens", 16, 1_000_000),
        Decimal(fields.text("validationFraction", r"0|0?\.\d{1,9}", "a decimal string from 0 to less than 1, such as \"0.05\"")))
    fields.done()
    return parsed


def _output(fields: Fields) -> Output:
    output = Output(fields.text("table", _TABLE, "catalog.schema.table"), fields.optional_text("tableId"),
                    fields.text("location", r"s3://[^/\s]+/.*[^/\s].*", "an s3:// URI with a path").rstrip("/"))
    fields.done()
    return output


def _dataset(fields: Fields) -> Dataset:
    dataset = Dataset(
        fields.text("table", _TABLE, "catalog.schema.table"), fields.text("tableId"), fields.text("version"),
        fields.choice("format", "JSON", "DELTA"), fields.text("location", _S3, "an s3:// URI").rstrip("/"),
        fields.text("digest", _DIGEST, "sha256: and 64 hexadecimal digits"), fields.list("files", _data_file))
    fields.done()
    _check_paths([file.path for file in dataset.files], "job document: dataset.files")
    if files_digest((file.path, file.sha256) for file in dataset.files) != dataset.digest:
        raise BadInput("BadDocument", "job document: dataset.digest is not the digest of dataset.files. Prepare the dataset again.")
    if not any(file.split == "train" and file.rows for file in dataset.files):
        raise BadInput("BadDocument", "job document: dataset.files has no rows in the train split. Prepare the dataset again.")
    return dataset


def _data_file(fields: Fields) -> DataFile:
    return DataFile(fields.text("path"), fields.integer("bytes"), fields.text("sha256", _SHA256, "64 hexadecimal digits"),
                    fields.integer("rows"), fields.choice("split", "train", "validation"))


def _check_paths(paths: list[str], document: str) -> None:
    for path in paths:
        try:
            check_relative(path)
        except BadInput as failure:
            raise BadInput("BadDocument", f"{document}: {failure.message}") from failure
    if len(set(paths)) != len(paths):
        raise BadInput("BadDocument", f"{document} names a file twice.")


def _overlap(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
