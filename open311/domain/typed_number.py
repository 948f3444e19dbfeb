"""Numbers of service requests as people type them into a search: ``#1000010``, ``No. 1000010``, ``s0001654``."""

from __future__ import annotations

import re
import unicodedata

MAX_NUMBERS = 50
"""The most numbers in one search."""
_PREFIX = re.compile(r"^(?:no\.|nr\.|#|№)+", re.IGNORECASE)
_LABELS = frozenset({"", "no", "nr", "num", "number", "case", "request", "report", "sr", "and"})
"""What people write before or between numbers, without its dots, colons and ``#``."""


def typed_numbers(text: str) -> list[str]:
    """The words that may each be a number, in plain digits and in the case in which they were typed.

    Empty where there are more than ``MAX_NUMBERS``: those are words.
    """
    plain = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    pieces = (_PREFIX.sub("", each.rstrip(".:#")) for each in re.split(r"[,;\s]+", plain))
    found = list(dict.fromkeys(each for each in pieces if each.lower() not in _LABELS))
    return found if len(found) <= MAX_NUMBERS else []
