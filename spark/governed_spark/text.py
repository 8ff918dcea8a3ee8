"""Cleaning of source text: Unicode, markup, broken lines, boilerplate of filings."""

import html
import re
import unicodedata
from collections import Counter

_BLOCK_TAG = re.compile(r"</?(?:p|div|br|li|ul|ol|tr|table|h[1-6]|section|article)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")  # soft hyphen, zero-width characters, BOM
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_HYPHENATED = re.compile(r"(?<=[a-z])-[ \t]*\n[ \t]*(?=[a-z])")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n\s*\n")

_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:page\s+)?(?:[A-Z]-)?\d{1,4}(?:\s+of\s+\d{1,4})?[-–—\s]*", re.IGNORECASE)
_HEADING = re.compile(r"(?:part\s+(?:i|ii)[,.\s]*)?item\s+1a\s*[.:–—-]*\s*(?:risk\s+factors)?\s*[.:]?(?:\s*\(continued\))?", re.IGNORECASE)
_FURNITURE = re.compile(r"(?:table\s+of\s+contents|risk\s+factors|\(?continued\)?|back\s+to\s+top)\s*[.:]?", re.IGNORECASE)
_XBRL = re.compile(r"\b[a-z][a-z-]*:[A-Z]\w+(?:Member|Axis|Domain|Abstract)\b")
_NOTHING_NEW = re.compile(r"no\s+material\s+changes|not\s+applicable|not\s+required\s+(?:for|to)\b|smaller\s+reporting\s+compan", re.IGNORECASE)

LEAST_WORDS = 5  # below this a text is a caption, not something to learn from
_NOTICE_WORDS = 80  # a "no material changes" notice is shorter; a real section that says so somewhere is not
_RUNNING_HEADER_REPEATS = 3
_RUNNING_HEADER_WORDS = 12
_LEAST_LETTERS = 0.5  # of the visible characters; tables of figures are below


def normalise(text: str) -> str:
    """The same text in one form: no markup, NFKC, plain spaces, paragraphs separated by exactly one blank line."""
    text = html.unescape(_TAG.sub(" ", _BLOCK_TAG.sub("\n\n", text)))
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    text = _HYPHENATED.sub("", text)
    text = "\n".join(line.strip() for line in _SPACES.sub(" ", text).split("\n"))
    if _BLANK_LINES.search(text.strip()):
        # Blank lines separate paragraphs here, so a single line break is only where the line was full.
        parts = [" ".join(part.split()) for part in _BLANK_LINES.split(text)]
    else:
        parts = text.split("\n")
    return "\n\n".join(part for part in parts if part)


def drop_boilerplate(text: str) -> str:
    """Normalised text without page numbers, running headers, headings of the item, tables and XBRL residue."""
    parts = paragraphs(text)
    repeated = Counter(part for part in parts if len(part.split()) <= _RUNNING_HEADER_WORDS)
    return "\n\n".join(part for part in parts
                       if repeated[part] < _RUNNING_HEADER_REPEATS and not _is_boilerplate(part))


def clean(text: str) -> str:
    """What is worth learning from; empty where nothing is."""
    text = drop_boilerplate(normalise(text))
    words = len(text.split())
    if words < LEAST_WORDS or (words < _NOTICE_WORDS and _NOTHING_NEW.search(text)):
        return ""
    return text


def paragraphs(text: str) -> list[str]:
    """The paragraphs of normalised text."""
    return text.split("\n\n") if text else []


def plain(value: str) -> str:
    """A column's value made fit for a prompt: one line, no control characters, no lone surrogates."""
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFKC", value)).split())


def _is_boilerplate(part: str) -> bool:
    if any(pattern.fullmatch(part) for pattern in (_PAGE_NUMBER, _HEADING, _FURNITURE)) or _XBRL.search(part):
        return True
    visible = [character for character in part if not character.isspace()]
    return sum(character.isalpha() for character in visible) < _LEAST_LETTERS * len(visible)
