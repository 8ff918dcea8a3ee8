"""Retries: capped exponential backoff with full jitter, and the server's Retry-After where it gives one."""

import random
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Callable, TypeVar

from .clock import Clock
from .errors import JobError

T = TypeVar("T")

# 500 and 502 belong to it: S3 InternalError and a proxy's bad moment are both documented as retryable.
RETRYABLE_STATUS = frozenset({429, 500, 502, 503, 504})


class Transient(Exception):
    """An attempt failed in a way that may pass. `error` is what the caller sees if it does not."""

    def __init__(self, error: JobError, retry_after: float | None = None):
        super().__init__(error.message)
        self.error = error
        self.retry_after = retry_after


class RetryPolicy:
    """Calls until it works, the attempts are used up, or the next wait would pass the time budget."""

    def __init__(self, clock: Clock, attempts: int = 7, base: float = 0.25, cap: float = 20.0,
                 budget: float = 300.0, rng: random.Random | None = None):
        self._clock = clock
        self._attempts = attempts
        self._base = base
        self._cap = cap
        self._budget = budget
        self._rng = rng or random.Random()

    def call(self, action: Callable[[], T]) -> T:
        started = self._clock.now()
        for attempt in range(1, self._attempts + 1):
            try:
                return action()
            except Transient as failure:
                wait = self._wait(attempt, failure.retry_after)
                spent = self._clock.now() - started
                if attempt == self._attempts or spent + wait > self._budget:
                    raise failure.error from failure
                self._clock.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _wait(self, attempt: int, retry_after: float | None) -> float:
        backoff = min(self._cap, self._base * 2 ** (attempt - 1))
        jittered = self._rng.uniform(0, backoff)
        # Never earlier than the server asked for; the jitter on top keeps a crowd from coming back together.
        return jittered if retry_after is None else retry_after + jittered


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait from a Retry-After header: whole seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    value = value.strip()
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, moment.timestamp() - now)
