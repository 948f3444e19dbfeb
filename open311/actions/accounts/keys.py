"""API keys: given out once, kept as hashes, revoked."""

from __future__ import annotations

from collections.abc import Collection

from open311.actions.base.transaction import add, connection, transaction
from open311.catalog.city import Jurisdiction
from open311.domain.moment import now
from open311.domain.secret import hashed, new_secret
from open311.models.accounts.api_client import ApiClient

SCOPES = ("requests", "updates")
"""``requests``: file service requests. ``updates``: change their status."""


@transaction
def issue_key(
    jurisdiction: Jurisdiction,
    name: str,
    contact: str = "",
    scopes: Collection[str] = ("requests",),
    writes_per_minute: int | None = None,
    reads_per_minute: int | None = None,
) -> str:
    """Make a key for a client; it is shown here and never again.

    :raises ValueError: a scope that does not exist.
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
    """Make a client's key worthless; answers whether there was one."""
    done = connection().execute(
        "UPDATE api_client SET revoked_at = %s WHERE key = %s AND revoked_at IS NULL", (now(), key)
    )
    return done.rowcount == 1
