"""What full-text search compares: text prepared so that both numbers of a range of houses are found."""

from __future__ import annotations

import re

HOUSE_RANGE = r"(\d)-(?=\d)"
"""The hyphen of ``2001-2005`` as a regular expression of Python and of PostgreSQL alike.

PostgreSQL's parser would make ``2001`` and ``-2005`` of the range.
"""
APART = r"\1 "
"""What replaces a match of ``HOUSE_RANGE``: its first number and a space."""


def searchable(text: str) -> str:
    """The text as the search index or a search query takes it: ``2001-2005`` becomes ``2001 2005``."""
    return re.sub(HOUSE_RANGE, APART, text)
