"""Read the service requests that bodies outside the city have: which to file there, and which to ask about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from open311.queries.reading import Statement, fetch_as, fetch_one_as


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral that has not ended: who has it, and the number or token that the other server gave."""

    key: int
    service_request: int
    jurisdiction: str
    department: str
    remote_id: str | None
    remote_token: str | None
    unclear_since: datetime | None
    """Since when the other server may have it, without a number or token that we know."""
    fault: str | None


_REFERRAL = """
SELECT r.key, r.service_request, c.jurisdiction, r.department, r.remote_id, r.remote_token,
       r.unclear_since, r.fault
FROM referral r JOIN service_request c ON c.key = r.service_request
WHERE r.ended_at IS NULL
"""
_ONE = Statement(f"{_REFERRAL} AND r.key = :key")
_DUE = Statement(f"{_REFERRAL} AND r.next_look_at <= :moment ORDER BY r.next_look_at LIMIT :most")


def referral(key: int) -> Referral | None:
    """Return a referral by its primary key; None if it has ended."""
    return fetch_one_as(Referral, _ONE, {"key": key})


def due_referrals(moment: datetime, most: int) -> list[Referral]:
    """Return at most ``most`` referrals to look at now, the longest overdue first."""
    return fetch_as(Referral, _DUE, {"moment": moment, "most": most})
