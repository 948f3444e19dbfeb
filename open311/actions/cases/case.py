"""A service request under change: locked, changed, its history appended to, published anew. What actions share."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from psycopg.types.json import Jsonb
from sqlalchemy import Select, inspect, select
from sqlalchemy.orm.exc import StaleDataError

from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, connection
from open311.actions.publications.publish import publish
from open311.actions.telling.outbox import tell
from open311.domain.draft import clean_text
from open311.domain.errors import Conflict, UnknownServiceRequest
from open311.domain.moment import now
from open311.domain.place import Point
from open311.domain.roles import Act, CaseScope
from open311.models.base import database
from open311.models.cases.service_request import ServiceRequest
from open311.models.cases.update import Update
from open311.queries.places.boundaries import boundaries_at


def locked(jurisdiction: str, number: str, actor: Actor, act: Act, seen_version: int | None = None) -> ServiceRequest:
    """The case, locked until the transaction ends: one change comes after the other.

    The one way to it, and it asks for whom and what for: so every act is allowed by a grant and stands in the audit
    log. ``seen_version`` is the version that the person looked at.

    :raises UnknownServiceRequest: there is none.
    :raises NotAllowed: no grant of the actor reaches so far.
    :raises Conflict: somebody else changed it since it was looked at.
    """
    case = found(jurisdiction, number, actor, act, lock=True)
    if seen_version is not None and seen_version != case.version:
        raise Conflict(f"{case.service_request_id} was changed meanwhile; look at it again")
    return case


def found(jurisdiction: str, number: str, actor: Actor, act: Act, *, lock: bool = False) -> ServiceRequest:
    """The case for acts that change nothing of it, asked for and noted in the same way."""
    wanted = select(ServiceRequest).where(
        ServiceRequest.jurisdiction == jurisdiction, ServiceRequest.service_request_id == number
    )
    case = _one(wanted.with_for_update() if lock else wanted, f"no service request {number!r}")
    permit_case(actor, act, case)
    return case


def locked_key(key: int) -> ServiceRequest:
    """The case by primary key: for jobs, for what follows from an act, and behind a link that was sent for it."""
    return _one(select(ServiceRequest).where(ServiceRequest.key == key).with_for_update(), "no such service request")


def permit_case(actor: Actor, act: Act, case: ServiceRequest) -> None:
    """Let the actor do it with this case, and note it where they are staff.

    :raises NotAllowed: no grant of the actor reaches so far.
    """
    target = f"service_request:{quote(case.service_request_id or str(case.uuid), safe=':/')}"
    permit(actor, act, target, scope_of(case, placed=any(grant.boundary for grant in actor.grants)))


def scope_of(case: ServiceRequest, *, placed: bool = True) -> CaseScope:
    """What grants look at. Where it lies need only be asked (``placed``) where one names a boundary."""
    boundaries: frozenset[str] = frozenset()
    if placed:
        row: Any = (
            connection()
            .execute("SELECT ST_X(point), ST_Y(point) FROM service_request WHERE key = %s", (case.key,))
            .fetchone()
        )
        boundaries = boundaries_at(case.jurisdiction, Point(*row)) if row[0] is not None else boundaries
    return CaseScope(case.jurisdiction, case.department, case.service_code, boundaries)


def _one(wanted: Select[ServiceRequest], missing: str) -> ServiceRequest:
    case = database.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if case is None:
        raise UnknownServiceRequest(missing)
    return case


def changed(case: ServiceRequest) -> dict[str, list[Any]]:
    """Old and new of every column that was changed and not yet written, times as text."""
    found = {}
    for attribute in inspect(case).attrs:
        history = attribute.history
        if history.has_changes() and attribute.key not in _NOT_NOTED:
            old, new = (values[0] if values else None for values in (history.deleted, history.added))
            if old != new:
                found[attribute.key] = [_plain(old), _plain(new)]
    return found


_NOT_NOTED = frozenset({"updated_datetime", "description", "status_notes"})
"""Every update has its own time. Words stand in updates themselves, where they can be redacted."""


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def record(environment: Environment, case: ServiceRequest, kind: str, actor: Actor, **what: Any) -> str:
    """Append to the history, with old and new of what changed; answers the public id of the row.

    What is public is told to people once the change is there.
    """
    changes = changed(case)
    add(
        Update,
        {
            "service_request": case.key,
            "jurisdiction": case.jurisdiction,
            "kind": kind,
            "actor": actor.name,
            "account": actor.account,
            "api_client": actor.api_client,
            "client_update_id": actor.client_update_id,
            "changes": Jsonb(changes) if changes else None,
            **what,
        },
    )
    row: Any = connection().execute("SELECT uuid::text FROM service_request_update WHERE key = lastval()").fetchone()
    if what["public"]:
        tell(environment, case.jurisdiction, case.key, row[0])
    return str(row[0])


def finish(environment: Environment, case: ServiceRequest) -> None:
    """Write the case and publish it.

    :raises Conflict: somebody else changed it meanwhile.
    """
    try:
        database.session.flush()
    except StaleDataError:
        raise Conflict(f"{case.service_request_id} was changed meanwhile; look at it again") from None
    publish(environment, [case.key])


def aside(environment: Environment, case: ServiceRequest, kind: str, actor: Actor, note: str = "") -> str:
    """Finish a change that is no step of the lifecycle and that only staff read of; answers the id of its update."""
    moment = now().replace(microsecond=0)
    if kind in _SEEN:
        case.updated_datetime = moment
    update_id = record(environment, case, kind, actor, public=False, note=clean_text(note) or None, occurred_at=moment)
    finish(environment, case)
    return update_id


_SEEN = frozenset({"moderation", "media"})
"""Kinds that nobody reads of, but what everybody sees may be another: harvesters ask for what changed since."""
