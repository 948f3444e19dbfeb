"""API clients: whose a key is, and all that have one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from open311.domain.secret import hashed
from open311.queries.reading import Statement, fetch_as, fetch_one


@dataclass(frozen=True, slots=True)
class Client:
    """A client whose key was recognised."""

    key: int
    name: str
    scopes: frozenset[str]
    writes_per_minute: int | None
    """None where the limit of the setting applies; 0 is no limit."""
    reads_per_minute: int | None
    """None where the limit of the setting applies; 0 is no limit."""


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client as operators see it. Keys themselves are stored nowhere."""

    key: int
    jurisdiction: str
    name: str
    contact: str
    scopes: list[str]
    writes_per_minute: int | None
    reads_per_minute: int | None
    created_at: datetime
    revoked_at: datetime | None


_OF_KEY = Statement(
    """
    SELECT key, name, scopes, writes_per_minute, reads_per_minute FROM api_client
    WHERE key_hash = :key_hash AND jurisdiction = :jurisdiction AND revoked_at IS NULL
    """
)
_ALL = Statement(
    """
    SELECT key, jurisdiction, name, contact, scopes, writes_per_minute, reads_per_minute, created_at, revoked_at
    FROM api_client ORDER BY key
    """
)


def client_of(jurisdiction: str, api_key: str) -> Client | None:
    """Find the client whose API key this is; None for a key that is wrong, revoked or of another jurisdiction."""
    row = fetch_one(_OF_KEY, {"key_hash": hashed(api_key), "jurisdiction": jurisdiction})
    return None if row is None else Client(row[0], row[1], frozenset(row[2]), row[3], row[4])


def all_clients() -> list[ClientRow]:
    """List every client in the order in which they came."""
    return fetch_as(ClientRow, _ALL)
