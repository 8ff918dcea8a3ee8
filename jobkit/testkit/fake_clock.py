"""A clock that only moves when it is told to, or when somebody sleeps on it."""

from jobkit.clock import Clock

START = 1_795_514_400.0  # 2026-11-24T10:00:00Z


class FakeClock(Clock):
    def __init__(self, now: float = START):
        self._now = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += seconds

    def advance(self, seconds: float) -> None:
        self._now += seconds
