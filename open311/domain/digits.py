"""Digits as people type them, in any script."""

from __future__ import annotations

import unicodedata


def plain_digits(text: str) -> str:
    """Return a text with its decimal digits (full-width, Arabic, Devanagari ...) as ASCII, all else as it is."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(each, each)) for each in text)
