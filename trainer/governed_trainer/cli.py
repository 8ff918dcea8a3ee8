"""The training job: the order of its steps."""

import os
import tempfile
from pathlib import Path

from jobkit import exit as job_exit
from jobkit.documents import TrainJob
from jobkit.log import say
from jobkit.runtime import Runtime

from . import artifacts, backends, dataset
from .backends.base import Workspace
from .config import Paths, load_job
from .dataset import Dataset
from .reporter import Reporter
from .stop import StopRequested, StopSwitch


def main(runtime: Runtime | None = None, stop: StopSwitch | None = None) -> int:
    """Runs the job and returns its exit code."""
    runtime = runtime or Runtime(os.environ)
    paths = Paths.of(runtime.environ)
    try:
        return job_exit.run(lambda: _train(runtime, paths, stop or StopSwitch()), paths.failure)
    except StopRequested:
        say("train stopped before the first step; there is nothing to save")
        return 0


def _train(runtime: Runtime, paths: Paths, stop: StopSwitch) -> None:
    started = runtime.clock.now()
    with stop.interruptible():
        job = load_job(runtime)
        backend = backends.choose(job)
        dataset.check_readable(job)
        paths.create()
        run = job.common.run
        say(f"train run {run.uid} attempt {run.attempt}: {job.model_id} on {job.dataset.table} version {job.dataset.version}, {backend.name} backend")
    # On the job's volume: the container's own disk may be small. Removed at the end, whatever the end.
    with tempfile.TemporaryDirectory(prefix="dataset-", dir=paths.base) as scratch:
        data = Dataset(job, Path(scratch))
        with stop.interruptible():
            data.fetch(runtime)
        reporter = Reporter(runtime.clock, _progress_put(runtime, job))
        outcome = backend.train(data, Workspace(paths.model, paths.checkpoints, reporter, stop))
    now = runtime.clock.now()
    artifacts.write_mlmodel(paths.model, job, outcome, now)
    artifacts.write_card(paths.model, job, backend, outcome, reporter.metrics, now)
    if not outcome.finished:
        # Without a manifest nobody registers this model by mistake; the weights are there for whoever wants to look.
        say(f"train stopped at step {reporter.metrics['steps']}: weights and a checkpoint are saved, there is no manifest")
        return
    digest = artifacts.write_manifest(paths.model, job, backend, reporter.metrics, started, runtime.clock.now())
    say(f"train finished after {reporter.metrics['steps']} steps, {digest}")


def _progress_put(runtime: Runtime, job: TrainJob):
    uri = job.progress_uri
    return None if uri is None else lambda body: runtime.own_write_once_tried(uri, body)
