"""Checkpoints as single JSON files: written beside, then renamed, so that SageMaker never copies half of one."""

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

from jobkit.documents import TrainJob
from jobkit.log import say, warn

_NAME = re.compile(r"step-(\d{9})\.json")
_KEEP = 2


class CheckpointStore:
    """The checkpoints of one run with one configuration; those of another are left alone and not resumed from."""

    def __init__(self, folder: Path, job: TrainJob, backend: str):
        self._folder = folder
        self._fingerprint = _fingerprint(job, backend)

    def save(self, step: int, state: dict[str, Any]) -> None:
        target = self._folder / f"step-{step:09d}.json"
        beside = target.with_suffix(".partial")
        with beside.open("w", encoding="utf-8") as file:
            json.dump({"fingerprint": self._fingerprint, "step": step, "state": state}, file, separators=(",", ":"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
        for old in self._all()[_KEEP:]:
            old.unlink(missing_ok=True)
        say(f"checkpoint saved at step {step}")

    def latest(self) -> tuple[int, dict[str, Any]] | None:
        """(step, state) of the newest checkpoint that is whole and of this run and configuration."""
        for path in self._all():
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
                if found["fingerprint"] != self._fingerprint:
                    warn(f"checkpoint {path.name} is of another run or configuration and is not used")
                    continue
                return int(found["step"]), dict(found["state"])
            except (OSError, ValueError, KeyError, TypeError) as failure:
                warn(f"checkpoint {path.name} cannot be used: {type(failure).__name__}")
        return None

    def _all(self) -> list[Path]:
        return sorted((path for path in self._folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)


def _fingerprint(job: TrainJob, backend: str) -> str:
    """A new attempt of the same run goes on from the checkpoint, so the attempt is no part of it, nor are the files' paths:
    it may have prepared the same content as another version."""
    content = sorted((file.split, file.sha256) for file in job.dataset.files)
    parts = [job.common.run.uid, content, job.model_id, job.model_revision, job.method, job.max_tokens, backend,
             sorted(job.hyperparameters.items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
