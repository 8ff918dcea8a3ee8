"""SIGTERM: SageMaker's word that the job is to stop, 120 seconds before SIGKILL (on stop, spot loss and maximum run time)."""

import signal
from contextlib import contextmanager
from typing import Any, Iterator


class StopRequested(BaseException):
    """Raised where there is nothing to save yet. No `except Exception` may swallow it."""


class StopSwitch:
    """Training looks at `requested` at each step and saves; waiting for the network is broken off at once."""

    def __init__(self) -> None:
        self.requested = False
        self._interruptible = False

    def install(self) -> None:
        signal.signal(signal.SIGTERM, self.pull)

    def pull(self, *_: Any) -> None:
        self.requested = True
        if self._interruptible:
            self._interruptible = False
            raise StopRequested

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Within it a stop raises StopRequested, at once or at the entrance."""
        if self.requested:
            raise StopRequested
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False
