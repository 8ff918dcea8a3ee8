"""Reading JSON documents so that every complaint names the field and what was expected there."""

import re
from typing import Any, Callable, TypeVar

from .errors import BadInput

T = TypeVar("T")


class Fields:
    """The fields of one JSON object. `done()` refuses the ones that nobody asked for: a misspelt `filter` that is
    silently ignored would train on rows that were meant to stay out."""

    def __init__(self, value: Any, path: str = "", document: str = "job document"):
        self._path = path
        self._document = document
        if not isinstance(value, dict):
            raise self._bad(path or "(whole)", "a JSON object", value)
        self._value = value
        self._seen: set[str] = set()

    def text(self, name: str, pattern: str | None = None, expected: str = "a non-empty string") -> str:
        value = self._get(name)
        if not isinstance(value, str) or not value.strip() or (pattern and not re.fullmatch(pattern, value)):
            raise self._bad(self._at(name), expected, value)
        return value

    def optional_text(self, name: str, pattern: str | None = None, expected: str = "a non-empty string or null") -> str | None:
        if self._get(name) is None:
            return None
        return self.text(name, pattern, expected)

    def any_text(self, name: str, default: str) -> str:
        """A string that may be empty."""
        value = self._get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._bad(self._at(name), "a string", value)
        return value

    def integer(self, name: str, least: int = 0, most: int | None = None) -> int:
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
            raise self._bad(self._at(name), f"a whole number from {least}" + (f" to {most}" if most is not None else " up"), value)
        return value

    def boolean(self, name: str, default: bool) -> bool:
        value = self._get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._bad(self._at(name), "true or false", value)
        return value

    def choice(self, name: str, *allowed: str) -> str:
        value = self._get(name)
        if value not in allowed:
            raise self._bad(self._at(name), "one of " + ", ".join(allowed), value)
        return str(value)

    def object(self, name: str) -> "Fields":
        return Fields(self._get(name), self._at(name), self._document)

    def list(self, name: str, item: Callable[["Fields"], T]) -> tuple[T, ...]:
        value = self._get(name)
        if not isinstance(value, list):
            raise self._bad(self._at(name), "a list", value)
        items = []
        for index, entry in enumerate(value):
            fields = Fields(entry, f"{self._at(name)}[{index}]", self._document)
            items.append(item(fields))
            fields.done()
        return tuple(items)

    def text_map(self, name: str) -> dict[str, str]:
        value = self._get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._bad(self._at(name), "an object of strings", value)
        for key, entry in value.items():
            if not isinstance(entry, str):
                raise self._bad(f"{self._at(name)}.{key}", "a string", entry)
        return dict(value)

    def ignore(self, *names: str) -> None:
        """Fields that belong to the other kind of job."""
        self._seen.update(names)

    def done(self) -> None:
        unknown = sorted(set(self._value) - self._seen)
        if unknown:
            raise BadInput("BadDocument", f"{self._document}: {self._at(unknown[0])} is not a field of schema version 1. "
                           f"Known here: {', '.join(sorted(self._seen))}.")

    def _get(self, name: str) -> Any:
        self._seen.add(name)
        return self._value.get(name)

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _bad(self, path: str, expected: str, value: Any) -> BadInput:
        shown = "nothing" if value is None else f"{str(value)[:80]!r}" if isinstance(value, str) else \
            f"{value}" if isinstance(value, (bool, int, float)) else f"a JSON {type(value).__name__}"
        return BadInput("BadDocument", f"{self._document}: {path} must be {expected}, found {shown}.")
