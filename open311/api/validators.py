"""Conditional GET: a validator that costs one look at an index, not a page."""

from __future__ import annotations

import hashlib

from flask import request

from open311.queries.service_requests import Listing
from open311.queries.versions import version


def validator(jurisdiction: str, asked: Listing, suffix: str, query: bytes) -> str | None:
    """A weak ETag of a page: it changes when anything that is published changes, or when the question does.

    None while a change is under way (``queries/versions``).
    """
    newest = version(jurisdiction)
    if newest is None:
        return None
    question = repr((sorted(asked.given.items()), suffix, query)).encode()
    return f'W/"{newest}-{hashlib.blake2b(question, digest_size=8).hexdigest()}"'


def not_modified(etag: str | None) -> bool:
    """Whether the client holds this very answer."""
    return etag is not None and request.if_none_match.contains_weak(etag.removeprefix("W/").strip('"'))
