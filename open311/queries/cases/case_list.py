"""Read the staff's list of cases: by queue, filters, order and page. Grants narrow it in SQL, never afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from open311.domain.roles import Act
from open311.queries.cases.queues import MAX_COUNTED, Queue, Viewer, in_queue
from open311.queries.cases.reach import Condition, both, reach
from open311.queries.filters import table
from open311.queries.filters.conditions import CASES
from open311.queries.filters.values import Value
from open311.queries.places.membership import containing
from open311.queries.reading import Statement, fetch_as, fetch_value

CASES_PER_PAGE = 50
"""How many cases a page of the list shows."""

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
"""What the list can be ordered by, as SQL on a row ``{r}``. The primary key follows, so that the order is total."""


@dataclass(frozen=True)
class Asked:
    """What is asked of the list. ``given`` holds the values of filters, by the names of the filters."""

    queue: Queue = Queue.OPEN
    given: Mapping[str, Value] = field(default_factory=dict)
    sort: str = "due"
    descending: bool = False
    after: str = ""
    """The number of the last case of the previous page."""


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case as the list shows it."""

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
    withheld: bool
    """Whether some of its words look like personal data and wait for staff."""
    duplicate_of: str
    """The number of the case that it is a duplicate of; empty if it is none."""


def page(viewer: Viewer, asked: Asked, layer: str, most: int = CASES_PER_PAGE) -> list[ListedCase]:
    """Return a page of the list, plus one case if there is a next page; ``layer`` is the layer of the areas shown."""
    condition = _condition(viewer, asked)
    reached = reach(viewer.grants, Act.READ).sql
    statement = _listing(condition.sql, asked.sort, asked.descending, reached if asked.after else "")
    given = {**viewer.values, **condition.values, "layer": layer, "most": most + 1, "after": asked.after}
    return fetch_as(ListedCase, statement, given)


def how_many(viewer: Viewer, asked: Asked) -> int:
    """Return how many cases the list has, counting up to ``MAX_COUNTED``."""
    condition = _condition(viewer, asked)
    return int(fetch_value(_counting(condition.sql), {**viewer.values, **condition.values}))


def _condition(viewer: Viewer, asked: Asked) -> Condition:
    reached = reach(viewer.grants, Act.READ)
    narrowed = table.conditions(CASES, table.shape_of(asked.given))
    parts = [Condition(in_queue(asked.queue, reached.sql)), reached, *map(Condition, narrowed)]
    whole = both(parts)
    return Condition(whole.sql, {**whole.values, **table.parameters(asked.given)})


@lru_cache(maxsize=1024)
def _counting(condition: str) -> Statement:
    counted = f"SELECT FROM service_request r WHERE {condition} LIMIT {MAX_COUNTED}"
    return Statement(f"SELECT count(*)::int FROM ({counted}) AS c")


@lru_cache(maxsize=1024)
def _listing(condition: str, sort: str, descending: bool, later: str) -> Statement:
    """Return the statement; a later page begins after a case for which ``later`` holds: no other one is compared."""
    order, direction, beyond = SORTS[sort], "DESC" if descending else "", "<" if descending else ">"
    last = f"FROM service_request r WHERE r.jurisdiction = :jurisdiction AND r.service_request_id = :after AND {later}"
    going_on = f"({order}, r.key) {beyond} ((SELECT {order} {last}), (SELECT r.key {last}))"
    return Statement(
        f"""
        WITH page AS MATERIALIZED (
            SELECT r.key, {order.format(r="r")} AS sorted FROM service_request r
            WHERE {condition} {f"AND {going_on.format(r='r')}" if later else ""}
            ORDER BY {order.format(r="r")} {direction}, r.key {direction} LIMIT :most
        )
        SELECT r.service_request_id AS number, r.version, r.service_name, coalesce(r.description, '') AS description,
               coalesce(r.address, '') AS address, coalesce(area.name, '') AS area, r.status,
               r.department AS department_code, r.agency_responsible AS department, coalesce(r.team, '') AS team,
               coalesce(a.name, '') AS assignee, r.priority, r.requested_datetime AS requested,
               r.expected_datetime AS expected, r.paused_at IS NOT NULL AS paused, r.private, r.moderation,
               cardinality(r.withheld) > 0 AS withheld,
               coalesce((SELECT o.service_request_id FROM relation d JOIN service_request o ON o.key = d.other
                         WHERE d.service_request = r.key AND d.kind = 'duplicate_of'), '') AS duplicate_of
        FROM page JOIN service_request r ON r.key = page.key
        LEFT JOIN account a ON a.key = r.assignee
        LEFT JOIN LATERAL (
            SELECT b.name {containing("r.point", "r.jurisdiction")} AND l.layer = :layer
            ORDER BY b.key LIMIT 1) AS area ON true
        ORDER BY page.sorted {direction}, page.key {direction}
        """
    )
