"""Read whether files of photos are still needed."""

from __future__ import annotations

from open311.queries.reading import Statement, fetch_value

_SHOWN = Statement("SELECT EXISTS (SELECT FROM media WHERE file = :name OR thumbnail = :name)")
_ORIGINAL = Statement("SELECT EXISTS (SELECT FROM media WHERE original = :name)")


def is_shown(name: str) -> bool:
    """Return whether any photo has this file as its picture or thumbnail; equal photos share a file."""
    return bool(fetch_value(_SHOWN, {"name": name}))


def is_original(name: str) -> bool:
    """Return whether any redacted photo has this file as its original."""
    return bool(fetch_value(_ORIGINAL, {"name": name}))
