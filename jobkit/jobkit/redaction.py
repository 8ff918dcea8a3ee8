"""Keeps secrets out of everything that a job prints.

The code never prints a secret on purpose. This is the second line: a value that was once registered is cut out of
any text, also where it arrives inside somebody else's error message or a traceback.
"""

import threading

MASK = "[redacted]"
_SHORTEST = 8  # cutting out shorter values would maul ordinary text

_lock = threading.Lock()
_secrets: set[str] = set()


def register(*values: str | None) -> None:
    """Remembers values that must never be shown."""
    with _lock:
        _secrets.update(value for value in values if value and len(value) >= _SHORTEST)


def scrub(text: str) -> str:
    """The text without any registered secret."""
    with _lock:
        # Longest first, so that a secret which contains another one is not left with a tail.
        known = sorted(_secrets, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, MASK)
    return text


def one_line(text: str, limit: int = 600) -> str:
    """A service's message made fit for an error line: scrubbed, one line, bounded."""
    flat = " ".join(scrub(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
