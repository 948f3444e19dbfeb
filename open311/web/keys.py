"""Keys of rows in addresses and forms."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, Map

MAX_KEY_DIGITS = 18
"""Digits of the largest key that is read from a form; PostgreSQL has room for a few more."""


class Key(IntegerConverter):
    """The key of a row in an address, ``<key:...>``. A number too large for PostgreSQL does not match: 404."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**63 - 1)


def read_key(text: str) -> int | None:
    """The key of a row, from a form or a query; ``None`` for anything that cannot be one."""
    return int(text) if text.isdecimal() and len(text) <= MAX_KEY_DIGITS else None  # of any script
