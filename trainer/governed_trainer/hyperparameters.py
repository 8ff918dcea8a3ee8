"""Hyperparameters: strings in the document, checked against what a backend knows, before any work."""

import math
from typing import Mapping

from jobkit.errors import BadInput


class Hyperparameters:
    """Reads values by name; `done()` refuses the names that nobody read."""

    def __init__(self, values: Mapping[str, str], backend: str):
        self._values = values
        self._backend = backend
        self._known: set[str] = set()

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        given = self._take(name)
        if given is None:
            return default
        try:
            value = int(given)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise self._bad(name, f"a whole number from {least} to {most}", given)
        return value

    def decimal(self, name: str, default: float, above: float, most: float, include_least: bool = False) -> float:
        given = self._take(name)
        if given is None:
            return default
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not ((above <= value if include_least else above < value) and value <= most):
            raise self._bad(name, f"a number {'from' if include_least else 'above'} {above:g} to {most:g}", given)
        return value

    def done(self) -> None:
        unknown = sorted(set(self._values) - self._known)
        if unknown:
            raise BadInput("UnknownHyperparameter", f"training.hyperparameters.{unknown[0]} is not known to the {self._backend} backend. "
                           f"Known: {', '.join(sorted(self._known))}.")

    def _take(self, name: str) -> str | None:
        self._known.add(name)
        value = self._values.get(name)
        return value.strip() if value is not None else None

    def _bad(self, name: str, expected: str, given: str) -> BadInput:
        return BadInput("BadHyperparameter", f"training.hyperparameters.{name} must be {expected} for the {self._backend} backend, "
                        f"found {given[:80]!r}.")
