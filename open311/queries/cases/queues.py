"""The staff's list of cases: queues with counts, filters, order, pages. All is narrowed by grants here, not afterwards.

Most cases are closed and no queue holds them, so whatever is counted or listed by default is read from partial indexes
on what is not closed (``LIVE``): a city with a million cases has some ten thousand of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import text

from open311.domain.roles import Act, Grant, giving
from open311.models.cases.relation import is_duplicate
from open311.models.cases.service_request import LIVE, OPEN
from open311.queries.cases.reach import Condition, both, reach, within
from open311.queries.places.boundaries import holding
from open311.queries.reading import Statement, fetch_dicts

PAGE = 50
MOST_COUNTED = 1000
"""Counting stops here: whether a queue holds 1,000 or 5,000 changes nothing, and takes five times as long."""


class Queue(StrEnum):
    """What is to be done, by what has to be done next."""

    NEW = "new"
    """Nobody has it yet."""
    MINE = "mine"
    TEAM = "team"
    """Of the departments that the grants name."""
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    WAITING = "waiting"
    """On the reporter, or on a body outside."""
    DUPLICATES = "duplicates"
    """Perhaps reported before, see ``_DUPLICATES``."""
    DISPUTED = "disputed"
    REVIEW = "review"
    """Texts and photos that nobody has looked at, and that are public only after that."""
    OPEN = "open"
    EVERYTHING = "everything"
    """Closed ones too."""


COUNTED = tuple(queue for queue in Queue if queue is not Queue.EVERYTHING)

_OPEN = OPEN.replace("status", "r.status")
_LIVE = LIVE.replace("status", "r.status")
_KEEPS: Mapping[Queue, str] = {
    Queue.NEW: "r.status = 'received' AND r.assignee IS NULL",
    Queue.MINE: f"{_OPEN} AND r.assignee = :account",
    Queue.TEAM: f"{_OPEN} AND r.department = ANY(:departments)",
    Queue.DUE_TODAY: f"{_OPEN} AND r.paused_at IS NULL"
    " AND coalesce(r.expected_datetime, 'infinity') >= :now AND coalesce(r.expected_datetime, 'infinity') < :midnight",
    Queue.OVERDUE: f"{_OPEN} AND r.paused_at IS NULL AND coalesce(r.expected_datetime, 'infinity') < :now",
    Queue.WAITING: "r.paused_at IS NOT NULL",
    Queue.DISPUTED: "r.status = 'disputed'",
    Queue.REVIEW: f"r.moderation = 'pending' AND {_LIVE}",
    Queue.OPEN: _OPEN,
    Queue.EVERYTHING: "true",
}

METRES, DAYS, LOOKED_AT = 100, 60, 300
_DUPLICATES = f"""
WITH newest AS MATERIALIZED (
    SELECT r.key, r.point, r.service_code, r.requested_datetime FROM {{source}} r
    WHERE r.jurisdiction = :jurisdiction AND {_OPEN} AND {{reach}}
      AND r.point IS NOT NULL AND r.requested_datetime > :now - interval '{DAYS} days'
      AND NOT {is_duplicate("r.key")}
    ORDER BY r.requested_datetime DESC, r.key DESC LIMIT {LOOKED_AT}
)
SELECT n.key FROM newest n
CROSS JOIN LATERAL (
    SELECT FROM service_request o
    WHERE o.status NOT IN ('closed', 'disputed')
      AND o.point && ST_Expand(n.point, 0.00091 / greatest(cos(radians(ST_Y(n.point))), 0.01), 0.00091)
      AND o.jurisdiction = :jurisdiction AND o.service_code = n.service_code AND o.key <> n.key
      AND (o.requested_datetime, o.key) < (n.requested_datetime, n.key)
      AND o.requested_datetime > n.requested_datetime - interval '{DAYS} days'
      AND ST_DWithin(o.point::geography, n.point::geography, {METRES}) LIMIT 1) AS earlier
"""
"""Possible duplicates: an open case of the same service lies within 100 metres and came up to 60 days earlier. The
later of the two is shown. Looked for among the newest 300 that are open and not merged: what is older was seen before,
and a join of all with all would take seconds."""

SORTS: Mapping[str, str] = {
    "number": "{r}.key",
    "what": "{r}.service_name",
    "where": "coalesce({r}.address, '')",
    "state": "{r}.status",
    "who": "{r}.agency_responsible",
    "priority": "{r}.priority",
    "age": "{r}.requested_datetime",
    "due": "coalesce({r}.expected_datetime, 'infinity')",
}
"""What the list can be ordered by; the case's key comes after it, so that the order is one."""

_SEARCHABLE = r"regexp_replace({}, '(\d)-(?=\d)', '\1 ', 'g')"
"""``domain/place.searchable`` in SQL."""
_WORDS = f"plainto_tsquery('simple', {_SEARCHABLE.format(':q')})"

FILTERS: Mapping[str, str] = {
    "service": "r.service_code = :service",
    "department": "r.department = :department",
    "assignee": "r.assignee = :assignee",
    "unassigned": "r.assignee IS NULL",
    "state": "r.status = :state",
    "channel": "r.channel = :channel",
    "priority": "r.priority = :priority",
    "since": "r.requested_datetime >= :since",
    "until": "r.requested_datetime < :until",
    "q": f"""r.key IN (
        SELECT n.key FROM service_request n WHERE n.jurisdiction = :jurisdiction AND n.service_request_id = :q
        UNION ALL
        SELECT p.service_request FROM publication p
        WHERE p.jurisdiction = :jurisdiction AND p.words @@ {_WORDS}
        UNION ALL
        SELECT u.key FROM service_request u
        WHERE u.jurisdiction = :jurisdiction AND {LIVE.replace("status", "u.status")}
          AND (u.private OR u.moderation <> 'approved'
               OR u.service_code IN (SELECT s.service_code FROM published_service s
                                     WHERE s.jurisdiction = :jurisdiction AND s.publishing = 'private'))
          AND to_tsvector('simple', {_SEARCHABLE.format("concat_ws(' ', u.service_name, u.description, u.address)")})
              @@ {_WORDS})""",
}
"""What the list can be narrowed by, besides ``boundary``. Words are looked for in what is published, and in what is not
public and not closed: nobody indexes the words of the rest."""


@dataclass(frozen=True)
class Viewer:
    """Who looks at the list, and when: ``midnight`` is the end of the city's day."""

    jurisdiction: str
    account: int
    grants: tuple[Grant, ...]
    now: datetime
    midnight: datetime

    @property
    def departments(self) -> list[str]:
        """Those that the grants name."""
        return sorted({grant.department for grant in giving(self.grants, Act.READ) if grant.department})

    @property
    def values(self) -> dict[str, Any]:
        """What every statement may ask for."""
        return {
            "jurisdiction": self.jurisdiction,
            "account": self.account,
            "departments": self.departments,
            "now": self.now,
            "midnight": self.midnight,
        }


@dataclass(frozen=True)
class Asked:
    """What is asked of the list. ``given`` holds values by the names of ``FILTERS`` and ``boundary``."""

    queue: Queue = Queue.OPEN
    given: Mapping[str, Any] = field(default_factory=dict)
    sort: str = "due"
    descending: bool = False
    after: str = ""
    """The number of the last case of the page before."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list."""

    number: str
    version: int
    service_name: str
    description: str
    address: str
    area: str
    status: str
    department_code: str
    department: str
    team: str
    assignee: str
    priority: int
    requested: datetime
    expected: datetime | None
    paused: bool
    private: bool
    moderation: str


def counts(viewer: Viewer) -> dict[Queue, int]:
    """How many cases each queue holds, up to ``MOST_COUNTED``; all in one statement."""
    reached = reach(viewer.grants, Act.READ)
    few = reached.sql != "true" and any(each.boundary or each.service for each in giving(viewer.grants, Act.READ))
    (row,) = fetch_dicts(_prepared(_counting(reached.sql, few)), {**viewer.values, **reached.values})
    return {Queue(name): count for name, count in row.items()}


@lru_cache(maxsize=256)
def _counting(reached: str, few: bool) -> str:
    """``few``: what no index of a queue knows, place and service, is looked up once for all queues."""
    narrowed, source = ("true", "reached") if few else (reached, "service_request")
    each = ", ".join(
        f"""(SELECT count(*)::int FROM (
            SELECT FROM {source} r WHERE {_kept(queue, narrowed, source)} AND {narrowed} LIMIT {MOST_COUNTED}) AS c
        ) AS {queue}"""
        for queue in COUNTED
    )
    first = f"""WITH reached AS MATERIALIZED (
        SELECT r.* FROM service_request r WHERE r.jurisdiction = :jurisdiction AND {_LIVE} AND {reached})"""
    return f"{first if few else ''} SELECT {each}"


def _kept(queue: Queue, reached: str, source: str = "service_request") -> str:
    keeps = _KEEPS.get(queue) or f"r.key = ANY(ARRAY({_DUPLICATES.format(reach=reached, source=source)}))"
    return f"r.jurisdiction = :jurisdiction AND r.service_request_id IS NOT NULL AND {keeps}"


def page(viewer: Viewer, asked: Asked, layer: str, most: int = PAGE) -> list[Row]:
    """A page of the list, and one case more where there is a next page. ``layer`` tells where each lies."""
    kept = _condition(viewer, asked)
    sql = _listing(kept.sql, asked.sort, asked.descending, bool(asked.after))
    given = {**viewer.values, **kept.values, "layer": layer, "most": most + 1, "after": asked.after}
    return [Row(**row) for row in fetch_dicts(_prepared(sql), given)]


def how_many(viewer: Viewer, asked: Asked) -> int:
    """How many cases the list holds, up to ``MOST_COUNTED``."""
    kept = _condition(viewer, asked)
    sql = f"SELECT count(*)::int AS n FROM (SELECT FROM service_request r WHERE {kept.sql} LIMIT {MOST_COUNTED}) AS c"
    return int(fetch_dicts(_prepared(sql), {**viewer.values, **kept.values})[0]["n"])


def _condition(viewer: Viewer, asked: Asked) -> Condition:
    reached = reach(viewer.grants, Act.READ)
    given = dict(asked.given)
    parts = [Condition(_kept(asked.queue, reached.sql)), reached]
    if boundary := given.pop("boundary", None):
        parts.append(within(boundary, "boundary"))
    parts += [Condition(FILTERS[name], {name: value}) for name, value in given.items()]
    return both(parts)


@lru_cache(maxsize=256)
def _listing(kept: str, sort: str, descending: bool, later: bool) -> str:
    order, direction, beyond = SORTS[sort], "DESC" if descending else "", "<" if descending else ">"
    last = "FROM service_request c WHERE c.jurisdiction = :jurisdiction AND c.service_request_id = :after"
    going_on = f"({order}, r.key) {beyond} ((SELECT {order.format(r='c')} {last}), (SELECT c.key {last}))"
    return f"""
    WITH page AS MATERIALIZED (
        SELECT r.key, {order.format(r="r")} AS sorted FROM service_request r
        WHERE {kept} {f"AND {going_on.format(r='r')}" if later else ""}
        ORDER BY {order.format(r="r")} {direction}, r.key {direction} LIMIT :most
    )
    SELECT r.service_request_id AS number, r.version, r.service_name, coalesce(r.description, '') AS description,
           coalesce(r.address, '') AS address, coalesce(area.name, '') AS area, r.status,
           r.department AS department_code, r.agency_responsible AS department, coalesce(r.team, '') AS team,
           coalesce(a.name, '') AS assignee, r.priority, r.requested_datetime AS requested,
           r.expected_datetime AS expected, r.paused_at IS NOT NULL AS paused, r.private, r.moderation
    FROM page JOIN service_request r ON r.key = page.key
    LEFT JOIN account a ON a.key = r.assignee
    LEFT JOIN LATERAL (
        SELECT b.name {holding("r.jurisdiction", "r.point")} AND l.layer = :layer
        ORDER BY b.key LIMIT 1) AS area ON true
    ORDER BY page.sorted {direction}, page.key {direction}
    """


@lru_cache(maxsize=1024)
def _prepared(sql: str) -> Statement:
    return Statement(text(sql))
