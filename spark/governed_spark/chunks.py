"""Splitting of clean text: into factors at their headings, then into pieces within the token limit, without overlap."""

import re

from .text import LEAST_WORDS, paragraphs
from .tokens import WORD, estimate, words_within

_HEADING_WORDS = 40
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*(\s+)(?=[\"'“‘(\[]?[A-Z0-9])")
_RISK_WORDS = re.compile(r"\b(?:may|might|could|would|will|risks?|adverse(?:ly)?|subject to|depend)\b", re.IGNORECASE)


def split_text(text: str, max_tokens: int) -> list[str]:
    """Pieces of at most `max_tokens` estimated tokens (at least 1 word each), in order, with nothing lost but white space."""
    pieces: list[str] = []
    for factor in split_factors(text):
        pieces.extend(_pack(factor, max_tokens))
    return pieces


def split_factors(text: str) -> list[list[str]]:
    """Runs of paragraphs, each beginning at a heading; one run where there are no headings."""
    parts = paragraphs(text)
    headings = [_is_heading(part, following) for part, following in zip(parts, parts[1:])] + [False]
    runs: list[list[str]] = []
    for index, part in enumerate(parts):
        # Headings in a row are one: a group's title and its first factor.
        if not runs or (headings[index] and not headings[index - 1]):
            runs.append([])
        runs[-1].append(part)
    return runs


def _is_heading(part: str, following: str) -> bool:
    """A short paragraph that is set like a title, or that says in one sentence what may go wrong before a longer one."""
    words = part.split()
    if len(words) > _HEADING_WORDS:
        return False
    if not part.endswith((".", "!", "?", ":", ";", ",")):
        named = [word for word in words if word[0].isalpha()]
        return bool(named) and 2 * sum(word[0].isupper() for word in named) >= len(named)
    one_sentence = part.endswith(".") and _SENTENCE_END.search(part) is None
    return one_sentence and len(words) >= LEAST_WORDS and bool(_RISK_WORDS.search(part)) and len(following.split()) >= 2 * len(words)


def _pack(parts: list[str], max_tokens: int) -> list[str]:
    """Fills pieces with whole paragraphs; a paragraph that is too long goes by sentences, a sentence by words."""
    pieces: list[str] = []
    current = ""
    for part in parts:
        for unit, joint in _units(part, max_tokens):
            candidate = current + joint + unit if current else unit
            if current and estimate(candidate) > max_tokens:
                pieces.append(current)
                candidate = unit
            current = candidate
    if current:
        pieces.append(current)
    return _without_stub(pieces, max_tokens)


def _units(part: str, max_tokens: int) -> list[tuple[str, str]]:
    """(text, what joins it to the text before)."""
    if estimate(part) <= max_tokens:
        return [(part, "\n\n")]
    units = []
    for index, sentence in enumerate(_sentences(part)):
        joint = "\n\n" if index == 0 else " "
        units.append((sentence, joint)) if estimate(sentence) <= max_tokens else \
            units.extend((piece, joint if number == 0 else " ") for number, piece in enumerate(_by_words(sentence, max_tokens)))
    return units


def _sentences(part: str) -> list[str]:
    ends = list(_SENTENCE_END.finditer(part))
    starts = [0] + [match.end(1) for match in ends]
    return [part[start:end] for start, end in zip(starts, [match.start(1) for match in ends] + [len(part)])]


def _by_words(sentence: str, max_tokens: int) -> list[str]:
    limit = max(1, words_within(max_tokens))
    starts = [match.start() for match in WORD.finditer(sentence)][::limit] + [len(sentence)]
    return [sentence[start:end].strip() for start, end in zip(starts, starts[1:])]


def _without_stub(pieces: list[str], max_tokens: int) -> list[str]:
    """Gives a last piece of a few words to the piece before where that is within the limit."""
    if len(pieces) >= 2 and len(pieces[-1].split()) < LEAST_WORDS:
        joined = f"{pieces[-2]}\n\n{pieces[-1]}"
        if estimate(joined) <= max_tokens:
            return [*pieces[:-2], joined]
    return pieces
