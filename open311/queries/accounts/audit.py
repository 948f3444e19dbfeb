"""Searching the audit log: by who, what, which target and when; the newest first."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text, bindparam, select

from open311.models.accounts.audit_log import AuditLog
from open311.queries.reading import Statement, fetch_dicts

PAGE = 100

_FILTERS = {
    "account": AuditLog.account == bindparam("account", type_=BigInteger()),
    "act": AuditLog.act == bindparam("act", type_=Text()),
    "target": AuditLog.target == bindparam("target", type_=Text()),
    "jurisdiction": AuditLog.jurisdiction == bindparam("jurisdiction", type_=Text()),
    "since": AuditLog.at >= bindparam("since", type_=DateTime(timezone=True)),
    "until": AuditLog.at < bindparam("until", type_=DateTime(timezone=True)),
    "before": AuditLog.key < bindparam("before", type_=BigInteger()),
}


def audit_entries(
    *,
    account: int | None = None,
    act: str = "",
    target: str = "",
    jurisdiction: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    most: int = PAGE,
) -> list[dict[str, Any]]:
    """Entries that fit all that is given; ``before`` is the key of the last one of the page before."""
    wanted = {
        "account": account,
        "act": act or None,
        "target": target or None,
        "jurisdiction": jurisdiction or None,
        "since": since,
        "until": until,
        "before": before,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return fetch_dicts(_statement(tuple(given)), {**given, "most": most})


@lru_cache(maxsize=128)
def _statement(names: tuple[str, ...]) -> Statement:
    columns = (AuditLog.key, AuditLog.at, AuditLog.account, AuditLog.act, AuditLog.target, AuditLog.jurisdiction)
    chosen = select(*columns).where(*(_FILTERS[name] for name in names))
    return Statement(chosen.order_by(AuditLog.key.desc()).limit(bindparam("most", type_=Integer())))
