"""Token estimate. The true tokenizer lives in the training image; here 1.3 tokens a word is the rule of thumb.

A "word" is a run of at most 24 characters without white space: a longer run (a base64 blob, a language that is written
without spaces) counts as several, so that the estimate cannot be fooled by one endless word.
"""

import re

WORD = re.compile(r"\S{1,24}")


def estimate(text: str) -> int:
    """Tokens of the text, rounded up: ceil(1.3 x words) in whole numbers."""
    return (13 * sum(1 for _ in WORD.finditer(text)) + 9) // 10


def words_within(tokens: int) -> int:
    """The most words whose estimate is not above `tokens`."""
    return max(0, 10 * tokens // 13)
