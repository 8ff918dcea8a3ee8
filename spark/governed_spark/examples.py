"""From a row to training examples: the pure core that both shells apply."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Collection, Iterator, Mapping

from jobkit.documents import PrepareJob
from jobkit.errors import BadInput

from . import predicate, tokens
from .chunks import split_text
from .template import Template, as_text
from .text import clean

COLUMNS = (("prompt", "string"), ("completion", "string"), ("group", "string"), ("tokens", "bigint"))


@dataclass(frozen=True)
class Example:
    """One row of the prepared table, and the digest by which copies are recognised."""

    prompt: str
    completion: str
    group: str
    tokens: int
    digest: bytes

    def record(self) -> dict[str, Any]:
        return {"prompt": self.prompt, "completion": self.completion, "group": self.group, "tokens": self.tokens}


@dataclass
class Counts:
    """What became of the rows, for the log."""

    rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def skip(self, reason: str) -> None:
        self.reasons[reason] += 1

    def __str__(self) -> str:
        return f"{self.rows} rows read" + "".join(f", {count} {reason}" for reason, count in sorted(self.reasons.items()))


class Recipe:
    """The preprocessing of a job, parsed and validated once. Picklable by its job, so Spark workers build their own."""

    def __init__(self, job: PrepareJob):
        self._settings = job.preprocessing
        self._table = job.source.table
        self._template = Template(job.preprocessing.prompt_template)
        self.filter = predicate.parse(job.source.filter) if job.source.filter else None

    def check_columns(self, known: Collection[str]) -> None:
        """Refuses settings that name a column which the table does not have."""
        self._template.check(known, self._table)
        if self.filter is not None:
            predicate.check(self.filter, known, self._table)
        for setting, column in (("textColumn", self._settings.text_column), ("groupColumn", self._settings.group_column)):
            if column is not None and column not in known:
                raise BadInput("UnknownColumn", f"preprocessing.{setting} names {column}, which {self._table} does not have. "
                               f"Its columns: {', '.join(sorted(known))}.")

    def examples(self, row: Mapping[str, Any], counts: Counts) -> Iterator[Example]:
        """The examples of one row, not yet deduplicated."""
        counts.rows += 1
        if self.filter is not None and self.filter.test(row) is not True:
            return counts.skip("filtered out")
        raw = row.get(self._settings.text_column)
        text = clean(raw) if isinstance(raw, str) else ""
        if not text:
            return counts.skip("without usable text")
        prompt = self._template.render(row)
        budget = self._settings.max_tokens - tokens.estimate(prompt)
        # A prompt that takes more than half would leave completions that are only stubs.
        if 2 * budget < self._settings.max_tokens:
            return counts.skip("with a prompt longer than half of maxTokens")
        group = self._group(row, text)
        for piece in split_text(text, budget):
            yield Example(prompt, piece, group, tokens.estimate(prompt) + tokens.estimate(piece), digest(piece))

    def _group(self, row: Mapping[str, Any], text: str) -> str:
        """The group's name. Rows without one are groups of their own, so that no two of them stand or fall together."""
        named = as_text(row.get(self._settings.group_column)) if self._settings.group_column is not None else ""
        return named or "row-" + digest(text).hex()


def digest(text: str) -> bytes:
    """By which exact copies are found: 128 bits of SHA-256 over the normalised text, in lower case, spaces alike."""
    return hashlib.sha256(" ".join(text.lower().split()).encode()).digest()[:16]
