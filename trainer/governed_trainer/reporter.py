"""What a training job says while it trains: metric lines for SageMaker's regexes, and the progress object."""

import json
import math
from typing import Callable

from jobkit.clock import Clock
from jobkit.errors import JobError
from jobkit.log import say, warn

_PROGRESS_INTERVAL = 2.0  # seconds; the contract's "at most once in two seconds"


class Reporter:
    """Remembers first and last losses, which become the manifest's metrics."""

    def __init__(self, clock: Clock, put: Callable[[bytes], None] | None):
        self._clock = clock
        self._put = put
        self._put_after = 0.0
        self._total = 0
        self._began_at_step = 0
        self._began = 0.0
        self.metrics: dict[str, float | int] = {"steps": 0}

    def begin(self, total_steps: int, step: int, metrics: dict[str, float | int] | None = None) -> None:
        """Training starts at `step`; `metrics` are those of the part before an interruption."""
        self._total = total_steps
        self._began_at_step = step
        self._began = self._clock.now()
        self.metrics = dict(metrics or {}) | {"steps": step}

    def train_loss(self, step: int, epoch: float, loss: float) -> None:
        self._metric("train_loss", "TrainLoss", step, loss)
        self._progress(step, epoch)

    def eval_loss(self, step: int, loss: float) -> None:
        self._metric("eval_loss", "EvalLoss", step, loss)

    def _metric(self, shown: str, stem: str, step: int, loss: float) -> None:
        if not math.isfinite(loss):
            raise JobError("Diverged", f"{shown} became {loss} at step {step}. Lower training.hyperparameters.learningRate.")
        self.metrics["steps"] = max(step, int(self.metrics["steps"]))
        self.metrics.setdefault(f"first{stem}", loss)
        self.metrics[f"last{stem}"] = loss
        say(f"metric {shown}={loss:.6g} step={step}")

    def _progress(self, step: int, epoch: float) -> None:
        now = self._clock.now()
        if self._put is None or now < self._put_after:
            return
        self._put_after = now + _PROGRESS_INTERVAL
        done = step - self._began_at_step
        left = (self._total - step) * (now - self._began) / done if done > 0 else 0.0
        progress = {"step": step, "totalSteps": self._total, "epoch": round(epoch, 4), "percent": 100 * step // max(1, self._total),
                    "etaSeconds": math.ceil(left), "trainLoss": self.metrics.get("lastTrainLoss"), "evalLoss": self.metrics.get("lastEvalLoss")}
        try:
            self._put(json.dumps(progress).encode())
        except JobError as failure:  # progress is a courtesy: training goes on, and the next one may arrive
            warn(f"progress could not be put: {failure.message}")
