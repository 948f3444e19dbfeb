"""Read what a crew has to do today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from open311.domain.place import Point
from open311.domain.roles import Act
from open311.models.cases.relation import is_duplicate
from open311.models.cases.service_request import is_open
from open311.queries.cases.queues import Viewer
from open311.queries.cases.reach import reach
from open311.queries.reading import Statement, fetch_as

MAX_TASKS = 60
"""The most tasks that a day's list shows: nobody can do more."""

_TODAY = f"""
SELECT r.service_request_id AS number, r.service_code, r.service_name, r.description, r.address, r.status, r.priority,
       r.agency_responsible, r.expected_datetime, r.paused_at IS NOT NULL AS paused,
       coalesce(r.assignee = :account, false) AS mine,
       (SELECT m.thumbnail FROM media m WHERE m.service_request = r.key ORDER BY m.key LIMIT 1) AS photo,
       ST_X(r.point) AS long, ST_Y(r.point) AS lat
FROM service_request r
WHERE r.jurisdiction = :jurisdiction AND {is_open("r")} AND r.paused_at IS NULL
  AND (r.assignee = :account AND coalesce(r.scheduled_datetime < :midnight, true)
       OR r.assignee IS NULL AND r.department = ANY(:departments) AND r.scheduled_datetime < :midnight)
  AND r.service_request_id IS NOT NULL AND {{reached}}
  AND NOT {is_duplicate("r.key")}
ORDER BY r.priority DESC, r.expected_datetime NULLS LAST, r.key LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Task:
    """A case that somebody has to go to."""

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
    """Whether it is assigned to the viewer; if not, it is the department's and nobody is assigned yet."""
    photo: str | None
    long: float | None
    lat: float | None

    @property
    def point(self) -> Point | None:
        """The true place; None if it has none."""
        return None if self.long is None or self.lat is None else Point(self.long, self.lat)


def todays_tasks(viewer: Viewer) -> list[Task]:
    """Return the viewer's tasks for today, most urgent first.

    These are the cases assigned to the viewer and not scheduled for a later day, and the cases of their departments
    that are scheduled for today and assigned to nobody.
    """
    reached = reach(viewer.grants, Act.CLOSE)
    given = {**viewer.values, **reached.values, "most": MAX_TASKS}
    return fetch_as(Task, _statement(reached.sql), given)


@lru_cache(maxsize=64)
def _statement(reached: str) -> Statement:
    return Statement(_TODAY.format(reached=reached))
