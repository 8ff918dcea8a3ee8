"""The preparation job: arguments, the choice of the shell, the order of the steps."""

import argparse
import importlib.util
import json
import os
import signal
from contextlib import contextmanager
from typing import Any, Iterator, NoReturn, Sequence

from jobkit import exit as job_exit
from jobkit.documents import PrepareJob, parse_prepare
from jobkit.errors import BadInput, JobError
from jobkit.exit import error_line
from jobkit.log import say, warn
from jobkit.runtime import Runtime

from . import local_shell, manifest, source, spark_shell
from .examples import Recipe


def main(arguments: Sequence[str] | None = None, runtime: Runtime | None = None) -> int:
    """Runs the job and returns its exit code."""
    return job_exit.run(lambda: _prepare(arguments, runtime or Runtime(os.environ)))


def _prepare(arguments: Sequence[str] | None, runtime: Runtime) -> None:
    options = _Parser(description="Prepare a governed table for fine-tuning.").parse(arguments)
    started = runtime.clock.now()
    shell = _shell(options.shell)
    job = parse_prepare(runtime.own_read(options.job))
    with _failure_told(runtime, job):
        recipe = Recipe(job)
        say(f"prepare run {job.common.run.uid} attempt {job.common.run.attempt}: {job.source.table} at {job.source.version}, {shell} shell")

        catalog = runtime.catalog(job.common)
        table = source.check_table(catalog, job.source)
        if table.columns:
            recipe.check_columns(table.columns)
        prepare = spark_shell.prepare if shell == "spark" else local_shell.prepare
        prepared = prepare(runtime, catalog, table, job, recipe)

        done = manifest.build(job, prepared, shell, started, runtime.clock.now())
        runtime.own_write(job.manifest_uri, json.dumps(done, indent=2).encode())
        say(f"prepare wrote {done['outputs'][0]['rows']} examples, {done['outputs'][0]['tokens']} tokens, {done['digest']}")


@contextmanager
def _failure_told(runtime: Runtime, job: PrepareJob) -> Iterator[None]:
    """Leaves the error line beside the manifest's place: EMR Serverless itself tells only some 130 characters of it."""
    try:
        yield
    except Exception as failure:
        try:
            runtime.own_write_once_tried(job.failure_uri, error_line(failure).encode())
        except JobError as also:
            warn(f"the failure could not be written to {job.failure_uri}: {also.message}")
        raise


def _shell(asked: str) -> str:
    installed = importlib.util.find_spec("pyspark") is not None
    if asked == "spark" and not installed:
        raise BadInput("BackendUnavailable", "--shell spark: PySpark is not installed here. Use --shell local for a JSON table.")
    return asked if asked != "auto" else "spark" if installed else "local"


class _Parser(argparse.ArgumentParser):
    """Bad arguments end like every other bad input: with exit code 2 and the error line last."""

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        self.add_argument("--job", required=True, help="s3:// URI of the job document")
        self.add_argument("--shell", choices=("auto", "local", "spark"), default="auto", help="auto: spark where PySpark is installed")
        return self.parse_args(arguments)

    def error(self, message: str) -> NoReturn:
        raise BadInput("BadArguments", f"{message}. Usage: prepare.py --job s3://bucket/key [--shell auto|local|spark].")


def on_terminate() -> None:
    """A cancelled job ends through the error path, so that its scratch files are removed."""
    def stop(*_: Any) -> None:
        raise JobError("Cancelled", "the job was told to stop (SIGTERM) and wrote no manifest.")

    signal.signal(signal.SIGTERM, stop)
