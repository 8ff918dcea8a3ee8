"""The backends, and which of them trains a model."""

from jobkit.documents import TrainJob
from jobkit.errors import BadInput

from .base import Backend
from .char_lm import CharLmBackend
from .transformers_sft import TransformersBackend


def choose(job: TrainJob) -> Backend:
    """The backend for the job's model, with the job checked against it."""
    if job.model_id == CharLmBackend.model_id:
        return CharLmBackend(job)
    if job.model_id.startswith("builtin/"):
        raise BadInput("UnknownModel", f"model.id {job.model_id} is not built in. Built in: {CharLmBackend.model_id}.")
    return TransformersBackend(job)
