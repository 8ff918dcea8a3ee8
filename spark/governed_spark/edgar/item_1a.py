"""Finding Item 1A in the HTML of a filing."""

import re

from ..text import normalise, paragraphs

_UNSEEN = re.compile(r"<(head|style|script|ix:header)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BEGIN = re.compile(r"(?:part\s+ii\b\W*)?item\s*1a\b", re.IGNORECASE)
_END = re.compile(r"(?:part\s+(?:i|ii|iii)\b\W*)?item\s*(?:1b|1c|2|3|4|5|6)\b|signatures?\s*$", re.IGNORECASE)


def risk_factors(document: str) -> str:
    """The normalised text of Item 1A without its heading; empty where the filing has none.

    The heading also stands in the table of contents and in references, so the longest of the candidates is the section.
    """
    parts = paragraphs(normalise(_UNSEEN.sub(" ", document)))
    longest: list[str] = []
    for index, part in enumerate(parts):
        if not _BEGIN.match(part):
            continue
        section = []
        for following in parts[index + 1:]:
            if _END.match(following) or _BEGIN.match(following):
                break
            section.append(following)
        if sum(map(len, section)) > sum(map(len, longest)):
            longest = section
    return "\n\n".join(longest)
