"""Train/validation split by group.

A group's place is a hash of its name, so it is stable across runs and versions: a group that once was validation is not
trained on later because another group came in. The price is that the share of groups only approaches the fraction.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal

TRAIN, VALIDATION = "train", "validation"
_BITS = 63  # fits Spark's bigint


def place(group: str) -> int:
    """Where a group lies on the line from 0 to 2^63 - 1."""
    digest = hashlib.sha256(b"governed-split-1\0" + group.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _BITS)


@dataclass(frozen=True)
class Split:
    """Groups whose place is below `bound` are validation."""

    bound: int

    def of(self, group: str) -> str:
        return VALIDATION if place(group) < self.bound else TRAIN


def choose(fraction: Decimal, least: int, greatest: int) -> Split:
    """The split for groups whose places run from `least` to `greatest`, both being places of real groups.

    With two groups or more and a fraction above zero both splits get at least one group: where the fraction alone would
    leave one empty, the bound moves just past the nearest group.
    """
    if fraction == 0 or least == greatest:
        return Split(0)
    bound = int(fraction * (1 << _BITS))
    return Split(min(max(bound, least + 1), greatest))
