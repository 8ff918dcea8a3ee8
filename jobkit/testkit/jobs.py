"""Job documents and governed tables for tests, in the shape of docs/job-contract.md."""

import hashlib
import json
from typing import Any

from jobkit.digests import files_digest, snapshot_version
from jobkit.retry import RetryPolicy
from jobkit.runtime import Runtime

from .fake_cloud import FakeCloud, etag

SOURCE, OUTPUT = "finance.raw.risk_factors", "finance.curated.risk_factors_sft"
SOURCE_AT, OUTPUT_AT = "s3://governed/raw/risk_factors", "s3://governed/prepared/finance/curated/risk_factors_sft"
RUNS = "s3://artifacts/finetune/runs/credit-risk/risk-summariser/7f0c"
MANIFEST, PROGRESS, JOB = f"{RUNS}/prepare-a1/manifest.json", f"{RUNS}/train-a1/progress.json", f"{RUNS}/job.json"


def runtime(cloud: FakeCloud) -> Runtime:
    return Runtime(cloud.environ(), cloud.clock, RetryPolicy(cloud.clock))


def key(uri: str) -> str:
    return uri.removeprefix("s3://")


def common(cloud: FakeCloud, kind: str) -> dict[str, Any]:
    return {"schemaVersion": 1, "kind": kind,
            "run": {"uid": "7f0c", "namespace": "credit-risk", "name": "risk-summariser", "attempt": 1},
            "catalog": {"host": cloud.url, "flavor": "Databricks"},
            "credentials": {"secretId": "governed-finetune/default", "region": "us-east-1"}}


def put_source(cloud: FakeCloud, files: dict[str, bytes], columns: tuple[str, ...]) -> str:
    """Loads a JSON table with its snapshot; returns the version that a run pins."""
    for path, body in files.items():
        cloud.objects[f"{key(SOURCE_AT)}/{path}"] = body
    snapshot = json.dumps({"schemaVersion": 1, "files": [{"path": path, "bytes": len(body), "etag": etag(body)} for path, body in files.items()]}).encode()
    cloud.objects[key(f"{RUNS}/source-snapshot.json")] = snapshot
    cloud.add_table(SOURCE, "5b1e", SOURCE_AT, columns)
    return snapshot_version((path, len(body), etag(body)) for path, body in files.items())


def prepare_job(cloud: FakeCloud, version: str, **changes: Any) -> dict[str, Any]:
    job = common(cloud, "PrepareJob") | {
        "manifestUri": MANIFEST,
        "source": {"table": SOURCE, "tableId": "5b1e", "format": "JSON", "location": SOURCE_AT, "version": version,
                   "snapshotUri": f"{RUNS}/source-snapshot.json", "filter": None},
        "preprocessing": {"textColumn": "text", "groupColumn": "cik", "promptTemplate": "Company {name}, {year}:", "maxTokens": 128,
                          "validationFraction": "0.2"},
        "output": {"table": OUTPUT, "tableId": None, "location": OUTPUT_AT}}
    for path, value in changes.items():
        set_path(job, path, value)
    return job


def set_path(job: dict[str, Any], path: str, value: Any) -> None:
    """Changes one field; the path is written with __ between the names."""
    *parents, name = path.split("__")
    for parent in parents:
        job = job[parent]
    job[name] = value


def put_job(cloud: FakeCloud, job: Any) -> str:
    cloud.objects[key(JOB)] = json.dumps(job).encode()
    return JOB


def put_prepared(cloud: FakeCloud, rows: dict[str, list[dict[str, Any]]], version: int = 1) -> dict[str, Any]:
    """Loads a prepared table; returns the dataset part of a training job."""
    files = []
    for split, records in rows.items():
        body = b"".join(json.dumps(record).encode() + b"\n" for record in records)
        path = f"version={version}/split={split}/part-00000.json"
        cloud.objects[f"{key(OUTPUT_AT)}/{path}"] = body
        files.append({"path": path, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "rows": len(records), "split": split})
    cloud.add_table(OUTPUT, "77aa", OUTPUT_AT, ("prompt", "completion", "group", "tokens"))
    return {"table": OUTPUT, "tableId": "77aa", "version": str(version), "format": "JSON", "location": OUTPUT_AT,
            "digest": files_digest((file["path"], file["sha256"]) for file in files), "files": files}


def train_job(cloud: FakeCloud, dataset: dict[str, Any], **changes: Any) -> dict[str, Any]:
    job = common(cloud, "TrainJob") | {
        "progressUri": PROGRESS, "dataset": dataset, "model": {"id": "builtin/char-lm", "revision": "1"},
        "training": {"method": "LoRA", "maxTokens": 128, "hyperparameters": {}, "checkpoints": False}}
    for path, value in changes.items():
        set_path(job, path, value)
    return job
