"""What the container is given: paths under /opt/ml, the job document, and who it is for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from jobkit.documents import TrainJob, parse_train
from jobkit.errors import BadInput
from jobkit.runtime import Runtime

_DEFAULT_BASE = "/opt/ml"


@dataclass(frozen=True)
class Paths:
    """The layout of a SageMaker training container ("How Amazon SageMaker Provides Training Information")."""

    base: Path

    @staticmethod
    def of(environ: Mapping[str, str]) -> "Paths":
        return Paths(Path(environ.get("SAGEMAKER_BASE_DIR") or _DEFAULT_BASE))

    @property
    def model(self) -> Path:
        return self.base / "model"

    @property
    def checkpoints(self) -> Path:
        return self.base / "checkpoints"

    @property
    def failure(self) -> Path:
        return self.base / "output" / "failure"

    def create(self) -> None:
        for folder in (self.model, self.checkpoints):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as failure:
                raise BadInput("BadConfiguration", f"{folder} cannot be made: {failure.strerror}. Check SAGEMAKER_BASE_DIR.") from failure
        # A manifest says that all is there; one of an earlier run in this folder must not say so for this one.
        (self.model / "manifest.json").unlink(missing_ok=True)


def load_job(runtime: Runtime) -> TrainJob:
    """The document that GOVERNED_JOB_URI names, proved to be the one of this run."""
    uri = runtime.environ.get("GOVERNED_JOB_URI")
    if not uri:
        raise BadInput("BadConfiguration", "GOVERNED_JOB_URI is not set: it names the job document (s3://...). Set it in the job's Environment.")
    job = parse_train(runtime.own_read(uri))
    for name, own in (("GOVERNED_RUN_UID", job.common.run.uid), ("GOVERNED_RUN_ATTEMPT", str(job.common.run.attempt))):
        given = runtime.environ.get(name)
        if given and given != own:
            raise BadInput("BadConfiguration", f"{name} is {given}, but the job document {uri} is of {own}. Start the job with its own document.")
    return job
