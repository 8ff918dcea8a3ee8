"""What the model directory holds beside the weights: MLmodel, the model card and, last, the manifest."""

import hashlib
import json
import platform
from pathlib import Path
from typing import Any, Mapping

from jobkit.clock import iso
from jobkit.digests import code_digest, files_digest
from jobkit.documents import TrainJob

from . import NAME, VERSION
from .backends.base import Backend, Outcome

MANIFEST = "manifest.json"
_INPUTS = [{"type": "string", "name": "prompt", "required": True}]
_OUTPUTS = [{"type": "string", "name": "completion", "required": True}]


def write_mlmodel(folder: Path, job: TrainJob, outcome: Outcome, now: float) -> None:
    """MLflow's model file. Unity Catalog registers only models with a signature of inputs and outputs."""
    run = job.common.run
    flavors = {name: dict(flavor) | ({"python_version": platform.python_version()} if name == "python_function" else {})
               for name, flavor in outcome.flavors.items()}
    content: dict[str, Any] = {
        "artifact_path": "model",
        "flavors": flavors,
        # Derived, so that writing the same model twice gives the same file.
        "model_uuid": hashlib.sha256(f"{run.uid}/{run.attempt}".encode()).hexdigest()[:32],
        "signature": {"inputs": json.dumps(_INPUTS), "outputs": json.dumps(_OUTPUTS), "params": None},
        "utc_time_created": iso(now).replace("T", " ").removesuffix("Z"),
        "metadata": {"governed_run_uid": run.uid, "governed_run_attempt": str(run.attempt), "base_model": job.model_id,
                     "dataset_table": job.dataset.table, "dataset_version": job.dataset.version, "dataset_digest": job.dataset.digest},
    }
    (folder / "MLmodel").write_text("\n".join(_yaml(content)) + "\n", encoding="utf-8")


def write_card(folder: Path, job: TrainJob, backend: Backend, outcome: Outcome, metrics: Mapping[str, float | int], now: float) -> None:
    """The model card, in the form of Hugging Face's: a YAML head and Markdown."""
    run, dataset = job.common.run, job.dataset
    facts = {
        "Run": f"`{run.namespace}/{run.name}`, uid `{run.uid}`, attempt {run.attempt}",
        "Base model": f"`{job.model_id}` at revision `{backend.revision}`",
        "Prepared table": f"`{dataset.table}` version `{dataset.version}` ({dataset.digest})",
        "Method": f"{job.method}, backend {backend.name}",
        "Hyperparameters": ", ".join(f"{name}={value}" for name, value in sorted(job.hyperparameters.items())) or "defaults",
        "Code": f"{NAME} {VERSION}",
        "Trained": iso(now),
    } | outcome.card
    head = _yaml({"base_model": job.model_id, "tags": ["governed-finetune"]})
    lines = ["---", *head, "---", "", f"# {run.name}", "",
             "Fine-tuned on a table governed by Unity Catalog. The catalog's lineage leads from the prepared table below to its source.", "",
             "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), "",
             "## Losses", "", "Cross-entropy in nats, completions only.", "", "| Metric | Value |", "|---|---|",
             *(f"| {name} | {value:.4f} |" if isinstance(value, float) else f"| {name} | {value} |" for name, value in metrics.items()), "",
             "## Limits", "",
             "The model can repeat passages of its training text. Who may use it should follow who may read the table.", ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")


def write_manifest(folder: Path, job: TrainJob, backend: Backend, metrics: Mapping[str, float | int], started: float, finished: float) -> str:
    """The TrainManifest of docs/job-contract.md, written last; returns its digest."""
    files = [_entry(folder, path) for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / MANIFEST]
    files.sort(key=lambda entry: entry["path"])
    dataset = job.dataset
    manifest = {
        "schemaVersion": 1, "kind": "TrainManifest", "run": job.common.run.key(),
        "code": {"name": NAME, "version": VERSION, "digest": code_digest("jobkit", "governed_trainer")},
        "inputs": [{"table": dataset.table, "tableId": dataset.table_id, "version": dataset.version, "format": dataset.format,
                    "digest": dataset.digest}],
        "model": {"id": job.model_id, "revision": backend.revision, "backend": backend.name},
        "files": files,
        "digest": files_digest((entry["path"], entry["sha256"]) for entry in files),
        "metrics": dict(metrics),
        "startedAt": iso(started), "finishedAt": iso(finished),
    }
    beside = folder / f"{MANIFEST}.partial"
    beside.write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    beside.replace(folder / MANIFEST)
    return str(manifest["digest"])


def _entry(folder: Path, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256}


def _yaml(value: Mapping[str, Any], indent: str = "") -> list[str]:
    """Block YAML of nested mappings. Every scalar is JSON, which is YAML: nothing needs YAML's own quoting rules."""
    lines = []
    for name, entry in value.items():
        if isinstance(entry, Mapping) and entry:
            lines += [f"{indent}{name}:", *_yaml(entry, indent + "  ")]
        else:
            lines.append(f"{indent}{name}: {json.dumps(entry, ensure_ascii=False)}")
    return lines
