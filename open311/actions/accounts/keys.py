"""API keys: given out once, kept as hashes, revoked."""

from __future__ import annotations

from collections.abc import Collection

from open311.actions.base.transaction import add, transaction, write
from open311.catalog.city import Jurisdiction
from open311.domain.moment import now
from open311.domain.secret import hashed, new_secret
from open311.models.accounts.api_client import ApiClient
from open311.queries.reading import Statement

SCOPES = ("requests", "updates")
"""What a key may be for. ``requests``: file service requests. ``updates``: change their status."""

_REVOKE = Statement("UPDATE api_client SET revoked_at = :moment WHERE key = :key AND revoked_at IS NULL")


@transaction
def issue_key(
    jurisdiction: Jurisdiction,
    name: str,
    contact: str = "",
    scopes: Collection[str] = ("requests",),
    writes_per_minute: int | None = None,
    reads_per_minute: int | None = None,
) -> str:
    """Make an API client of a jurisdiction, and return its key, of which only the hash is stored.

    :raises ValueError: when a scope does not exist.
    """
    if unknown := set(scopes) - set(SCOPES):
        raise ValueError(f"unknown scope {', '.join(sorted(unknown))}; there are {', '.join(SCOPES)}")
    api_key = new_secret()
    add(
        ApiClient,
        {
            "jurisdiction": jurisdiction.key,
            "name": name,
            "contact": contact,
            "key_hash": hashed(api_key),
            "scopes": sorted(scopes),
            "writes_per_minute": writes_per_minute,
            "reads_per_minute": reads_per_minute,
        },
    )
    return api_key


@transaction
def revoke_key(key: int) -> bool:
    """Let the key of the client with this number work no more, and return whether it worked until now."""
    return write(_REVOKE, {"moment": now(), "key": key}) == 1
