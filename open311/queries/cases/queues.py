"""The queues of the staff's list of cases: what each one holds, and how many cases that is.

Most cases are closed and in no queue. So everything that is counted, or listed by default, is read from partial indexes
on cases that are not closed (``is_live``): a city with a million cases has some ten thousand of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from open311.domain.definition import Service
from open311.domain.roles import Act, Grant, giving
from open311.models.cases.relation import is_duplicate
from open311.models.cases.service_request import is_live, is_open
from open311.queries.cases.reach import reach
from open311.queries.places.near import is_near
from open311.queries.reading import Statement, fetch_dicts

MAX_COUNTED = 1000
"""Counting stops at this number of cases: staff would do nothing else at a higher one, and it would take five times as
long."""
DUPLICATE_CANDIDATES = 300
"""How many of the newest open cases are searched for possible duplicates: older ones have been seen before."""


class Queue(StrEnum):
    """Cases by what has to be done next. A duplicate follows another case: only its words need work."""

    NEW = "new"
    """Cases that were received and that nobody is assigned to."""
    MINE = "mine"
    """Open cases that are assigned to the viewer."""
    TEAM = "team"
    """Open cases of the departments that the viewer's grants name."""
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    WAITING = "waiting"
    """Cases that wait for the reporter, or for a body outside the city."""
    DUPLICATES = "duplicates"
    """Open cases that may have been reported before, by the service's ``duplicate_metres`` and ``duplicate_days``."""
    DISPUTED = "disputed"
    REVIEW = "review"
    """Cases whose words become public only after somebody has looked at them: all of them, or what looks personal."""
    OPEN = "open"
    EVERYTHING = "everything"
    """All cases, including closed ones."""


COUNTED = tuple(queue for queue in Queue if queue is not Queue.EVERYTHING)
"""The queues whose cases are counted."""

_OPEN, _LIVE, _OWN = is_open("r"), is_live("r"), f"NOT {is_duplicate('r.key')}"
_DUE = "coalesce(r.expected_datetime, 'infinity')"
_KEEPS: Mapping[Queue, str] = {
    Queue.NEW: f"r.status = 'received' AND r.assignee IS NULL AND {_OWN}",
    Queue.MINE: f"{_OPEN} AND r.assignee = :account AND {_OWN}",
    Queue.TEAM: f"{_OPEN} AND r.department = ANY(:departments) AND {_OWN}",
    Queue.DUE_TODAY: f"{_OPEN} AND r.paused_at IS NULL AND {_DUE} >= :now AND {_DUE} < :midnight AND {_OWN}",
    Queue.OVERDUE: f"{_OPEN} AND r.paused_at IS NULL AND {_DUE} < :now AND {_OWN}",
    Queue.WAITING: f"r.paused_at IS NOT NULL AND {_OWN}",
    Queue.DISPUTED: f"r.status = 'disputed' AND {_OWN}",
    Queue.REVIEW: f"(r.moderation = 'pending' OR r.withheld <> '{{}}') AND {_LIVE}",
    Queue.OPEN: f"{_OPEN} AND {_OWN}",
    Queue.EVERYTHING: "true",
}
# The later of two cases is shown. Joining all cases with all others would take seconds.
_DUPLICATES = f"""
WITH newest AS MATERIALIZED (
    SELECT r.key, r.point, r.service_code, r.requested_datetime FROM {{source}} r
    WHERE r.jurisdiction = :jurisdiction AND {_OPEN} AND {{reach}}
      AND r.point IS NOT NULL AND r.requested_datetime > :now - :duplicate_days_at_most * interval '1 day'
      AND NOT {is_duplicate("r.key")}
    ORDER BY r.requested_datetime DESC, r.key DESC LIMIT {DUPLICATE_CANDIDATES}
)
SELECT n.key FROM newest n
JOIN unnest(CAST(:duplicate_services AS text[]), CAST(:duplicate_metres AS float8[]), CAST(:duplicate_days AS int[]))
     AS rule(service_code, metres, days) ON rule.service_code = n.service_code
CROSS JOIN LATERAL (
    SELECT FROM service_request r
    WHERE {_OPEN} AND {is_near("r.point", "n.point", "rule.metres")}
      AND r.jurisdiction = :jurisdiction AND r.service_code = n.service_code AND r.key <> n.key
      AND (r.requested_datetime, r.key) < (n.requested_datetime, n.key)
      AND r.requested_datetime > n.requested_datetime - rule.days * interval '1 day' AND {{earlier}} LIMIT 1) AS earlier
"""


@dataclass(frozen=True)
class Viewer:
    """Who looks at the list, and when: ``midnight`` is the end of the present day in the city."""

    jurisdiction: str
    account: int
    grants: tuple[Grant, ...]
    now: datetime
    midnight: datetime
    services: Mapping[str, Service] = field(default_factory=dict)
    """The services of the jurisdiction by code; each has its own rule for possible duplicates."""

    @property
    def departments(self) -> list[str]:
        """The departments that the viewer's grants name."""
        return sorted({grant.department for grant in giving(self.grants, Act.READ) if grant.department})

    @property
    def values(self) -> dict[str, Any]:
        """The parameters that statements about queues may need."""
        services = self.services.values()
        return {
            "jurisdiction": self.jurisdiction,
            "account": self.account,
            "departments": self.departments,
            "now": self.now,
            "midnight": self.midnight,
            "duplicate_services": [each.service_code for each in services],
            "duplicate_metres": [float(each.duplicate_metres) for each in services],
            "duplicate_days": [each.duplicate_days for each in services],
            "duplicate_days_at_most": max((each.duplicate_days for each in services), default=0),
        }


def counts(viewer: Viewer) -> dict[Queue, int]:
    """Return how many cases each queue holds, counting up to ``MAX_COUNTED``, in one statement."""
    reached = reach(viewer.grants, Act.READ)
    few = reached.sql != "true" and any(each.boundary or each.service for each in giving(viewer.grants, Act.READ))
    (row,) = fetch_dicts(_counting(reached.sql, few), {**viewer.values, **reached.values})
    return {Queue(name): count for name, count in row.items()}


@lru_cache(maxsize=256)
def _counting(reached: str, few: bool) -> Statement:
    """Return the statement; with ``few``, it finds the cases in reach once for all queues, as no queue's index can."""
    narrowed, source = ("true", "reached") if few else (reached, "service_request")
    each = ", ".join(
        f"""(SELECT count(*)::int FROM (
            SELECT FROM {source} r
            WHERE {in_queue(queue, reached, narrowed, source)} AND {narrowed} LIMIT {MAX_COUNTED}) AS c
        ) AS {queue}"""
        for queue in COUNTED
    )
    first = f"""WITH reached AS MATERIALIZED (
        SELECT r.* FROM service_request r WHERE r.jurisdiction = :jurisdiction AND {_LIVE} AND {reached})"""
    return Statement(f"{first if few else ''} SELECT {each}")


def in_queue(queue: Queue, reached: str, narrowed: str = "", source: str = "service_request") -> str:
    """SQL: whether a queue holds ``service_request r``.

    Possible duplicates are looked for in ``source`` where ``narrowed`` holds, and what they may be duplicates of where
    ``reached`` does: a case outside of the grants shows in no list, not even by what it makes of another.
    """
    duplicates = _DUPLICATES.format(reach=narrowed or reached, earlier=reached, source=source)
    keeps = _KEEPS.get(queue) or f"r.key = ANY(ARRAY({duplicates}))"
    return f"r.jurisdiction = :jurisdiction AND r.service_request_id IS NOT NULL AND {keeps}"
