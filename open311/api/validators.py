"""Conditional GET: validators that cost one look at an index instead of the whole answer (ADR 6)."""

from __future__ import annotations

import hashlib

from werkzeug.http import parse_etags

MAX_IF_NONE_MATCH_CHARACTERS = 1024
"""The longest ``If-None-Match`` that is looked at; the time to read it grows with the square of its length."""


def validator(version: str | None, *question: object) -> str | None:
    """A weak ETag that changes when anything that is published changes, or when the question does.

    None while a change is under way (``queries/publications/versions``).
    """
    if version is None:
        return None
    return f'W/"{version}-{hashlib.blake2b(repr(question).encode(), digest_size=8).hexdigest()}"'


def holds(etag: str | None, if_none_match: str | None) -> bool:
    """Whether ``If-None-Match`` says that the client already has the answer with this ETag."""
    if not etag or not if_none_match or len(if_none_match) > MAX_IF_NONE_MATCH_CHARACTERS:
        return False
    return parse_etags(if_none_match).contains_weak(str(etag).removeprefix("W/").strip('"'))
