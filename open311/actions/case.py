"""A service request under change: locked, changed, its history appended to, published anew. What actions share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import inspect, select
from sqlalchemy.orm.exc import StaleDataError

from open311.actions.environment import Environment, add, connection
from open311.actions.outbox import tell
from open311.actions.publish import publish
from open311.domain.draft import clean_text
from open311.domain.errors import Conflict, UnknownServiceRequest
from open311.models.base import database, now
from open311.models.service_request import ServiceRequest
from open311.models.update import Update


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: ``staff`` with their account, ``client`` with its key (and its own id of the update), ``system``."""

    name: str
    api_client: int | None = None
    client_update_id: str | None = None
    account: int | None = None


SYSTEM = Actor("system")


def locked(jurisdiction: str, number: str, seen_version: int | None = None) -> ServiceRequest:
    """The case, locked until the transaction ends: one change comes after the other.

    ``seen_version`` is the version that the person looked at.

    :raises UnknownServiceRequest: there is none.
    :raises Conflict: somebody else changed it since it was looked at.
    """
    wanted = (ServiceRequest.jurisdiction == jurisdiction, ServiceRequest.service_request_id == number)
    return _locked(wanted, f"no service request {number!r}", seen_version)


def locked_key(key: int) -> ServiceRequest:
    """The same by primary key, for jobs."""
    return _locked((ServiceRequest.key == key,), "no such service request", None)


def _locked(wanted: tuple[Any, ...], missing: str, seen_version: int | None) -> ServiceRequest:
    case = database.session.scalars(
        select(ServiceRequest).where(*wanted).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if case is None:
        raise UnknownServiceRequest(missing)
    if seen_version is not None and seen_version != case.version:
        raise Conflict(f"{case.service_request_id} was changed meanwhile; look at it again")
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
    update_id = record(environment, case, kind, actor, public=False, note=clean_text(note) or None, occurred_at=moment)
    finish(environment, case)
    return update_id
