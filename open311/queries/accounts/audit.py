"""Searching the audit log: by who, what, which target and when; the newest first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

from open311.queries.reading import Statement, fetch_as

PAGE_ENTRIES = 100

_CONDITIONS = {
    "account": "account = :account",
    "act": "act = :act",
    "target": "target = :target",
    "jurisdiction": "jurisdiction = :jurisdiction",
    "since": "at >= :since",
    "until": "at < :until",
    "before": "key < :before",
}


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What entries have to fit; whatever is None or empty is not asked."""

    account: int | None = None
    act: str = ""
    target: str = ""
    jurisdiction: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    """The key of the last entry of the page before."""


EVERYTHING = AuditSearch()
"""The search that every entry fits."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act; ``account`` is None for somebody at the command line and for jobs."""

    key: int
    at: datetime
    account: int | None
    act: str
    target: str
    jurisdiction: str | None


def audit_entries(search: AuditSearch = EVERYTHING, limit: int = PAGE_ENTRIES) -> list[AuditEntry]:
    """Read at most ``limit`` entries that fit the search, the newest first."""
    given = {name: value for name, value in asdict(search).items() if value not in (None, "")}
    return fetch_as(AuditEntry, _statement(tuple(given)), {**given, "limit": limit})


@lru_cache(maxsize=128)
def _statement(names: tuple[str, ...]) -> Statement:
    conditions = " AND ".join(_CONDITIONS[name] for name in names) or "true"
    return Statement(
        f"""
        SELECT key, at, account, act, target, jurisdiction FROM audit_log
        WHERE {conditions} ORDER BY key DESC LIMIT :limit
        """
    )
