"""The end of a job: exit code and last line (docs/job-contract.md, "How a job fails")."""

import sys
import traceback
from pathlib import Path
from typing import Callable

from .errors import JobError
from .redaction import one_line, scrub

_FAILURE_LIMIT = 1024  # SageMaker shows this much of /opt/ml/output/failure


def run(main: Callable[[], None], failure_file: Path | None = None) -> int:
    """Runs a job's main and returns its exit code; the error line is the last thing on stderr."""
    try:
        main()
        return 0
    except JobError as failure:
        return _report(failure, failure_file)
    except Exception as failure:  # the outermost frame: anything unforeseen still has to end as the contract says
        print(scrub(traceback.format_exc()), file=sys.stderr, end="")
        return _report(_known(failure), failure_file)


def error_line(failure: Exception) -> str:
    """The line that a failure ends with."""
    known = _known(failure)
    return f"error {known.code}: {one_line(known.message, 2000)}"


def _known(failure: Exception) -> JobError:
    if isinstance(failure, JobError):
        return failure
    return JobError("Internal", f"{type(failure).__name__}: {failure}. This is a defect of the job; report it with the lines above.")


def _report(failure: JobError, failure_file: Path | None) -> int:
    line = error_line(failure)
    if failure_file is not None:
        try:
            failure_file.parent.mkdir(parents=True, exist_ok=True)
            failure_file.write_text(line[:_FAILURE_LIMIT], encoding="utf-8")
        except OSError as also:
            print(f"warning {failure_file} cannot be written: {also}", file=sys.stderr)
    sys.stdout.flush()
    print(line, file=sys.stderr, flush=True)
    return failure.exit_code
