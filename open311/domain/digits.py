"""Digits and letters as people type them, in any script and width."""

from __future__ import annotations

import unicodedata

_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


def usual_width(text: str) -> str:
    """Return a text with full-width forms of ASCII, as keyboards for Chinese and Japanese write them, as ASCII."""
    return text if text.isascii() else text.translate(_WIDE)


def plain_digits(text: str) -> str:
    """Return a text with its decimal digits (full-width, Arabic, Devanagari ...) as ASCII, all else as it is."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(each, each)) for each in text)
