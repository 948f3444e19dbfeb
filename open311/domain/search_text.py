"""What full-text search compares: letters without accents and case, and both numbers of a range of houses."""

from __future__ import annotations

import re
import unicodedata

HOUSE_RANGE = r"(\d)-(?=\d)"
"""The hyphen of ``2001-2005`` as a regular expression of Python and of PostgreSQL alike.

PostgreSQL's parser would make ``2001`` and ``-2005`` of the range.
"""
APART = r"\1 "
"""What replaces a match of ``HOUSE_RANGE``: its first number and a space."""
ACCENTS = "[\u0300-\u036f]"
"""Marks over and under Latin, Greek and Cyrillic letters. Those of other scripts are letters, and stay."""
LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"} | dict(zip("øđðłıħŧς", "oddlihtσ", strict=True))
"""Letters that people without them on their keyboard write otherwise, and that Unicode does not take apart."""

_ACCENTS, _LETTERS = re.compile(ACCENTS), str.maketrans(LETTERS)


def searchable(text: str) -> str:
    """The text as the search index or a search query takes it: ``Café 2001-2005`` becomes ``cafe 2001 2005``.

    Full-width and other forms of the same letter are one.
    """
    return re.sub(HOUSE_RANGE, APART, folded(text))


def folded(text: str) -> str:
    """The text without accents and case."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", bare).lower().translate(_LETTERS)


def folded_sql(text: str) -> str:
    """SQL that folds the text of an SQL expression as ``folded`` does."""
    sql = f"lower(normalize(regexp_replace(normalize({text}, NFKD), '{ACCENTS}', '', 'g'), NFKC))"
    for letter, instead in LETTERS.items():
        sql = f"replace({sql}, '{letter}', '{instead}')"
    return sql
