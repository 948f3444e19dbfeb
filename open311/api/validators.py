"""Conditional GET: a validator that costs one look at an index, not a page."""

from __future__ import annotations

import hashlib

from werkzeug.http import parse_etags

from open311.queries.publications.service_requests import Listing


def validator(version: str | None, asked: Listing, suffix: str, query: str) -> str | None:
    """A weak ETag of a page: it changes when anything that is published changes, or when the question does.

    None while a change is under way (``queries/publications/versions``).
    """
    if version is None:
        return None
    question = repr((sorted(asked.given.items()), suffix, query)).encode()
    return f'W/"{version}-{hashlib.blake2b(question, digest_size=8).hexdigest()}"'


def holds(etag: str | None, if_none_match: str | None) -> bool:
    """Whether the client says that it holds this very answer."""
    return bool(etag and if_none_match) and parse_etags(if_none_match).contains_weak(
        str(etag).removeprefix("W/").strip('"')
    )
