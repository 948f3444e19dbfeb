"""The order in which people look for names: by their language, and numbers by number.

PostgreSQL has the collations of all languages (ICU), so no library of ours needs them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from open311.queries.reading import Statement, fetch_value, fetch_values

DIGITS = 20
"""Numbers in names are compared as if they had so many digits."""

Item = TypeVar("Item")

_COLLATION = Statement(
    """
    SELECT collname::text FROM pg_collation WHERE collname = ANY(:names)
    ORDER BY array_position(:names, collname::text) LIMIT 1
    """
)


def in_order(items: Iterable[Item], language: str, name: Callable[[Item], str] = str) -> list[Item]:
    """Return things in the order of their names, as a language (``es``, ``pt-BR``) has it.

    ``name`` returns the name of a thing. ``Ward 2`` comes before ``Ward 10``.
    """
    listed = list(items)
    names = [re.sub(r"\d+", lambda digits: digits[0].zfill(DIGITS), name(item)) for item in listed]
    if len(listed) < 2:
        return listed
    return [listed[position - 1] for position in fetch_values(_sorted(_collation(language)), {"names": names})]


@lru_cache
def _collation(language: str) -> str:
    """The collation of a language, or of its root; without any, that of all languages."""
    names = [f"{each}-x-icu" for each in (language, language.partition("-")[0], "und")]
    return fetch_value(_COLLATION, {"names": names}) or "C"


@lru_cache
def _sorted(collation: str) -> Statement:
    return Statement(
        f"""
        SELECT position::int FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS given(name, position)
        ORDER BY name COLLATE "{collation}", position
        """
    )
