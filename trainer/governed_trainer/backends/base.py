"""What every backend is to the rest of the trainer."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..dataset import Dataset
from ..reporter import Reporter
from ..stop import StopSwitch


@dataclass(frozen=True)
class Workspace:
    """Where a backend writes, where it reports, and how it learns that it has to stop."""

    model: Path
    checkpoints: Path
    reporter: Reporter
    stop: StopSwitch


@dataclass(frozen=True)
class Outcome:
    """What training came to. The weights are in the model folder by then."""

    finished: bool  # False: stopped on request, with what there was saved
    flavors: dict[str, Any]  # MLmodel `flavors`
    card: dict[str, str] = field(default_factory=dict)  # facts for the model card


class Backend(Protocol):
    """Made by checking a job: a constructor raises BadInput before any work where the job cannot be done here."""

    name: str
    revision: str  # of the base model, as recorded

    def train(self, data: Dataset, workspace: Workspace) -> Outcome: ...
