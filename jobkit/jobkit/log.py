"""The jobs' output: lines on stdout, warnings on stderr, all scrubbed and flushed at once."""

import sys

from .redaction import scrub


def say(text: str) -> None:
    print(scrub(text), flush=True)


def warn(text: str) -> None:
    print("warning " + scrub(text), file=sys.stderr, flush=True)
