"""Who a key belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, bindparam, select

from open311.domain.secret import hashed
from open311.models.accounts.api_client import ApiClient
from open311.queries.reading import JURISDICTION, Statement, fetch_dicts, fetch_one


@dataclass(frozen=True, slots=True)
class Client:
    """A client whose key was recognised."""

    key: int
    name: str
    scopes: frozenset[str]
    writes_per_minute: int | None
    reads_per_minute: int | None


_CLIENT = Statement(
    select(
        ApiClient.key, ApiClient.name, ApiClient.scopes, ApiClient.writes_per_minute, ApiClient.reads_per_minute
    ).where(
        ApiClient.key_hash == bindparam("key_hash", type_=LargeBinary()),
        ApiClient.jurisdiction == JURISDICTION,
        ApiClient.revoked_at.is_(None),
    )
)
_LIST = Statement(
    select(
        ApiClient.key,
        ApiClient.jurisdiction,
        ApiClient.name,
        ApiClient.contact,
        ApiClient.scopes,
        ApiClient.writes_per_minute,
        ApiClient.reads_per_minute,
        ApiClient.created_at,
        ApiClient.revoked_at,
    ).order_by(ApiClient.key)
)


def client_of(jurisdiction: str, api_key: str) -> Client | None:
    """The client whose key this is, or none (wrong, revoked, of another jurisdiction)."""
    row = fetch_one(_CLIENT, {"key_hash": hashed(api_key), "jurisdiction": jurisdiction})
    return None if row is None else Client(row[0], row[1], frozenset(row[2]), row[3], row[4])


def all_clients() -> list[dict[str, Any]]:
    """Every client, with what may be shown."""
    return fetch_dicts(_LIST, {})
