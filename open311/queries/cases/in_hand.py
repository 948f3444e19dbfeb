"""Read a service request for whoever is about to act on it: its state, who has it, what happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from open311.domain.lifecycle import Outcome, Status
from open311.domain.place import Point
from open311.domain.roles import Act, CaseScope, Grant, may
from open311.models.cases.relation import is_duplicate
from open311.queries.accounts.grants import GRANTS, read_grants
from open311.queries.cases.reach import reach
from open311.queries.places.boundaries import boundaries_at
from open311.queries.places.near import is_near
from open311.queries.reading import Statement, fetch_as, fetch_dicts, fetch_values

_CASE = """
SELECT r.key, r.jurisdiction, r.service_request_id AS number, r.version, r.status, r.outcome, r.status_notes,
       r.service_code, r.service_name, r.description, r.address, r.department, r.agency_responsible, r.team, r.assignee,
       a.name AS assignee_name, r.priority, r.requested_datetime, r.expected_datetime, r.scheduled_datetime,
       ST_X(r.point) AS long, ST_Y(r.point) AS lat, r.language,
       (SELECT array_agg(m.thumbnail ORDER BY m.key) FROM media m WHERE m.service_request = r.key) AS photos,
       (SELECT max(u.key) FROM service_request_update u WHERE u.service_request = r.key) AS newest,
       (SELECT o.service_request_id FROM relation d JOIN service_request o ON o.key = d.other
        WHERE d.service_request = r.key AND d.kind = 'duplicate_of') AS duplicate_of,
       s.language AS reads, coalesce(s.ended_at IS NULL AND s.confirmed_at IS NOT NULL, false) AS reachable
FROM service_request r
LEFT JOIN account a ON a.key = r.assignee
LEFT JOIN subscription s ON s.service_request = r.key AND s.reporter
"""
_NUMBERED = Statement(
    f"""
    {_CASE}
    WHERE r.service_request_id = ANY(:numbers) AND r.jurisdiction = :jurisdiction
    ORDER BY array_position(:numbers, r.service_request_id)
    """
)


@dataclass(frozen=True, slots=True)
class CaseInHand:
    """A service request as seen by whoever acts on it, without the people who reported it."""

    key: int
    jurisdiction: str
    number: str
    version: int
    status: Status
    outcome: Outcome | None
    status_notes: str | None
    service_code: str
    service_name: str
    description: str | None
    address: str | None
    department: str
    agency_responsible: str
    team: str | None
    assignee: int | None
    assignee_name: str | None
    priority: int
    requested_datetime: datetime
    expected_datetime: datetime | None
    scheduled_datetime: datetime | None
    point: Point | None
    language: str
    """The language that the reporter reads; empty if it is not known."""
    photos: tuple[str, ...]
    """The file names of the photos' thumbnails."""
    newest: int
    """The primary key of the last row of its history; rows with a greater key were written meanwhile."""
    duplicate_of: str | None
    reachable: bool
    """Whether the reporter gets letters, having left an address and confirmed it."""
    scope: CaseScope
    """What grants look at to decide who may act on it."""


def cases_in_hand(numbers: Sequence[str], jurisdiction: str, grants: Iterable[Grant], act: Act) -> list[CaseInHand]:
    """Return the service requests with these numbers on which the grants allow the act, in this order.

    Unknown numbers are left out, and so is what lies outside of the grants.
    """
    rows = fetch_dicts(_NUMBERED, {"numbers": list(numbers), "jurisdiction": jurisdiction})
    found, allowed = (_case(row) for row in {row["number"]: row for row in rows}.values()), tuple(grants)
    return [case for case in found if may(allowed, act, case.scope)]


def _case(row: dict[str, Any]) -> CaseInHand:
    long, lat, reads = (row.pop(name) for name in ("long", "lat", "reads"))
    point = Point(long, lat) if long is not None else None
    boundaries = boundaries_at(row["jurisdiction"], point) if point else frozenset[str]()
    read = {
        "status": Status(row["status"]),
        "outcome": Outcome(row["outcome"]) if row["outcome"] else None,
        "language": reads or row["language"] or "",
        "photos": tuple(row["photos"] or ()),
        "point": point,
        "scope": CaseScope(row["jurisdiction"], row["department"], row["service_code"], boundaries),
    }
    return CaseInHand(**{**row, **read})


_MEANWHILE = Statement(
    """
    SELECT u.kind, u.actor, a.name, u.status, u.outcome, u.description, u.note, u.occurred_at, u.changes
    FROM service_request_update u LEFT JOIN account a ON a.key = u.account
    WHERE u.service_request = :key AND u.key > :newest ORDER BY u.key
    """
)


@dataclass(frozen=True, slots=True)
class MeanwhileEntry:
    """A row of the history that was written while a form was open."""

    kind: str
    actor: str
    name: str | None
    status: str | None
    outcome: str | None
    description: str | None
    note: str | None
    occurred_at: datetime
    changes: dict[str, list[Any]] | None


def meanwhile(key: int, newest: int) -> list[MeanwhileEntry]:
    """Return what happened to a service request after a row of its history, oldest first; both are primary keys."""
    return fetch_as(MeanwhileEntry, _MEANWHILE, {"key": key, "newest": newest})


# Public places are compared, because they have an index; what is not public can be found by its number only.
_NEAR = f"""
    SELECT n.service_request_id AS number
    FROM publication mine
    JOIN publication n ON n.jurisdiction = mine.jurisdiction AND n.service_code = mine.service_code
         AND n.service_request <> mine.service_request
         AND {is_near("n.point", "mine.point", "CAST(:metres AS float8)")}
    JOIN service_request r ON r.key = n.service_request AND {{reached}}
    WHERE mine.service_request = :key AND n.requested_datetime > mine.requested_datetime - :age
      AND n.open AND NOT {is_duplicate("n.service_request")}
    ORDER BY n.point <-> mine.point, n.requested_datetime LIMIT 8
    """


def near_ones(case: CaseInHand, metres: float, age: Any, grants: Iterable[Grant]) -> list[CaseInHand]:
    """Return open service requests of the same service that may be duplicates, and that the grants allow to be merged.

    Nearest first. Their public places are at most ``metres`` away, and they came at most ``age`` (a timedelta) before
    this one.
    """
    allowed = tuple(grants)
    reached = reach(allowed, Act.MERGE)
    given = {"key": case.key, "metres": metres, "age": age, "jurisdiction": case.jurisdiction, **reached.values}
    return cases_in_hand(fetch_values(_near(reached.sql), given), case.jurisdiction, allowed, Act.MERGE)


@lru_cache(maxsize=256)
def _near(reached: str) -> Statement:
    return Statement(_NEAR.format(reached=reached))


_STAFF = Statement(
    f"""
    SELECT a.key, coalesce(nullif(a.name, ''), a.email) AS name, {GRANTS}
    FROM account a
    WHERE a.active AND EXISTS (SELECT FROM role_grant g WHERE g.account = a.key AND g.revoked_at IS NULL)
    ORDER BY lower(coalesce(nullif(a.name, ''), a.email)), a.key
    """
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff to whom a case can be assigned."""

    key: int
    name: str


def colleagues(scopes: Iterable[CaseScope]) -> list[Colleague]:
    """Return the accounts that may work on cases of at least one of these scopes, ordered by name."""
    wanted = list(scopes)
    return [
        Colleague(row["key"], row["name"])
        for row in fetch_dicts(_STAFF, {})
        if any(may(read_grants(row["grants"]), Act.PROGRESS, scope) for scope in wanted)
    ]
