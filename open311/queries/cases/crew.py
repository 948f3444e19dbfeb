"""What a crew has to do today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import text

from open311.domain.place import Point
from open311.domain.roles import Act
from open311.models.cases.relation import is_duplicate
from open311.queries.cases.queues import Viewer
from open311.queries.cases.reach import Condition, reach
from open311.queries.reading import Statement, fetch_dicts

MOST = 60
"""More are not done in a day, and would not be walked."""

_TODAY = f"""
SELECT r.service_request_id AS number, r.service_code, r.service_name, r.description, r.address, r.status, r.priority,
       r.agency_responsible, r.expected_datetime, r.paused_at IS NOT NULL AS paused,
       ST_X(r.point) AS long, ST_Y(r.point) AS lat, r.assignee = :account AS mine,
       (SELECT m.thumbnail FROM media m WHERE m.service_request = r.key ORDER BY m.key LIMIT 1) AS photo
FROM service_request r
WHERE r.jurisdiction = :jurisdiction AND r.status IN ('received', 'acknowledged', 'in_progress', 'scheduled')
  AND (r.assignee = :account AND coalesce(r.scheduled_datetime < :midnight, true)
       OR r.assignee IS NULL AND r.department = ANY(:departments) AND r.scheduled_datetime < :midnight)
  AND r.service_request_id IS NOT NULL AND {{reached}}
  AND NOT {is_duplicate("r.key")}
ORDER BY r.priority DESC, r.expected_datetime NULLS LAST, r.key LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Task:
    """A place to go to."""

    number: str
    service_code: str
    service_name: str
    description: str | None
    address: str | None
    status: str
    priority: int
    agency_responsible: str
    expected_datetime: datetime | None
    paused: bool
    mine: bool
    """Else it is the department's, and nobody has it yet."""
    photo: str | None
    point: Point | None


def todays_tasks(viewer: Viewer) -> list[Task]:
    """What is assigned to somebody and not planned for later, and what is planned for today in their department.

    The most urgent first.
    """
    reached: Condition = reach(viewer.grants, Act.CLOSE)
    given: dict[str, Any] = {
        **reached.values,
        "jurisdiction": viewer.jurisdiction,
        "account": viewer.account,
        "departments": list(viewer.departments),
        "midnight": viewer.midnight,
        "most": MOST,
    }
    return [_task(row) for row in fetch_dicts(_statement(reached.sql), given)]


@lru_cache(maxsize=64)
def _statement(reached: str) -> Statement:
    return Statement(text(_TODAY.format(reached=reached)))


def _task(row: dict[str, Any]) -> Task:
    long, lat = row.pop("long"), row.pop("lat")
    return Task(**{**row, "mine": bool(row["mine"]), "point": Point(long, lat) if long is not None else None})
