"""Links in mail that sign somebody in or let them set a password."""

from __future__ import annotations

from open311.domain.secret import hashed
from open311.queries.reading import Statement, fetch_one

WORKS = "token_hash = :token_hash AND purpose = :purpose AND used_at IS NULL AND expires_at > clock_timestamp()"
"""Condition of ``account_link``: this link was not used, and is not too old."""

_LINK = Statement(f"SELECT purpose FROM account_link WHERE {WORKS}")


def link_works(token: str, purpose: str) -> bool:
    """Return whether a link would work. Looking changes nothing, for scanners of mail look too."""
    return fetch_one(_LINK, {"token_hash": hashed(token), "purpose": purpose}) is not None
