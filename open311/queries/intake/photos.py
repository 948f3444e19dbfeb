"""Which files of photos are still needed."""

from __future__ import annotations

from open311.queries.reading import Statement, fetch_value

_SHOWN = Statement("SELECT EXISTS (SELECT FROM media WHERE file = :name OR thumbnail = :name)")
_ORIGINAL = Statement("SELECT EXISTS (SELECT FROM media WHERE original = :name)")


def is_shown(name: str) -> bool:
    """Whether a photo has this file, as its picture or its thumbnail. Equal photos share one file."""
    return bool(fetch_value(_SHOWN, {"name": name}))


def is_original(name: str) -> bool:
    """Whether a redacted photo has this file as its original."""
    return bool(fetch_value(_ORIGINAL, {"name": name}))
