"""What other programs write into the cells of a table: words for nothing, and traces of spreadsheets."""

from __future__ import annotations

import re

NULL_WORDS = frozenset(
    {"null", "(null)", "<null>", "[null]", "#null!", "\\n", "nil", "none", "(none)", "<none>", "undefined", "void"}
    | {"n/a", "#n/a", "#n/a n/a", "n.a.", "na", "<na>", "n/d", "#n/d", "nan", "-nan", "#nan", "nat", "<nat>"}
    | {"(blank)", "(empty)", "<blank>", "<empty>", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "?", "??"}
)
"""Cells that mean nothing at all, in lower case: databases, R, pandas, spreadsheets and people write them."""

_ERRORS = frozenset(
    {"#ref!", "#value!", "#name?", "#div/0!", "#num!", "#spill!", "#calc!", "#field!", "#error!", "#busy!"}
    | {"#blocked!", "#connect!", "#unknown!", "#getting_data"}
)
_TOO_NARROW = re.compile("#{3,}")
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_TRAILING_ZERO = re.compile(r"([0-9]+)\.0+")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+?[0-9]+")


def is_error(text: str) -> bool:
    """Whether a spreadsheet wrote that it could not work out the cell (``#REF!``), or show it (``#####``)."""
    return text.startswith("#") and (text.casefold() in _ERRORS or _TOO_NARROW.fullmatch(text) is not None)


def without_formula(text: str) -> str:
    """Return what the formula ``="007"``, by which programs protect a number from spreadsheets, says."""
    found = _QUOTED_FORMULA.fullmatch(text)
    return found[1].strip() if found else text


def without_apostrophe(text: str) -> str:
    """Return a cell without the apostrophe that makes a number text in spreadsheets (``'007``)."""
    return text[1:] if text[0] == "'" and text[1:2].isdigit() and "'" not in text[1:] else text


def plain_number(text: str) -> str:
    """Return a number as it was before a spreadsheet wrote it: ``19103.0`` is 19103, ``10,100,006`` is 10100006."""
    if found := _TRAILING_ZERO.fullmatch(text):
        return found[1]
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has rounded a number (``1.01E+07``), so that what it was cannot be told any more."""
    return _ROUNDED.fullmatch(text) is not None
