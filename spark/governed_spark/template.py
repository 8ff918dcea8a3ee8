"""The prompt template: text with {column} placeholders; {{ and }} stand for braces.

Deliberately not str.format: that would let a template reach attributes and indexes of the values.
"""

import re
from typing import Any, Collection, Mapping

from jobkit.errors import BadInput

from .text import plain

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Template:
    """A parsed template. `columns` are the columns that it needs."""

    def __init__(self, source: str):
        self._parts: list[tuple[bool, str]] = []  # (is a column, text or column name)
        position = 0
        for match in _PART.finditer(source):
            self._parts.append((False, source[position:match.start()]))
            position = match.end()
            if match.group() in ("{{", "}}"):
                self._parts.append((False, match.group()[0]))
            elif match.group(1) is not None and re.fullmatch(r"[^\s!:.\[\]]+", match.group(1)):
                self._parts.append((True, match.group(1)))
            else:
                raise BadInput("BadTemplate", f"preprocessing.promptTemplate: {match.group()!r} at character {match.start() + 1} is not "
                               "a {column} placeholder. Write {{ or }} for a brace.")
        self._parts.append((False, source[position:]))
        self.columns = tuple(dict.fromkeys(text for is_column, text in self._parts if is_column))

    def check(self, known: Collection[str], table: str) -> None:
        """Refuses a template that names a column which the table does not have."""
        for column in self.columns:
            if column not in known:
                raise BadInput("UnknownColumn", f"preprocessing.promptTemplate names {{{column}}}, which {table} does not have. "
                               f"Its columns: {', '.join(sorted(known))}.")

    def render(self, row: Mapping[str, Any]) -> str:
        """The prompt of one row; a null becomes nothing."""
        return "".join(as_text(row.get(text)) if is_column else text for is_column, text in self._parts).strip()


def as_text(value: Any) -> str:
    """A column's value as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return plain(str(value))
