"""What all acts on service requests share: find and lock one, check permission, record the change, publish it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from psycopg.types.json import Jsonb
from sqlalchemy import Select, inspect, select
from sqlalchemy.orm.exc import StaleDataError

from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add
from open311.actions.publications.publish import publish
from open311.actions.telling.notify import tell
from open311.domain.case_ref import CaseRef
from open311.domain.draft import clean_text
from open311.domain.errors import Conflict, UnknownServiceRequest
from open311.domain.moment import now
from open311.domain.roles import Act, CaseScope
from open311.models.base import database
from open311.models.cases.service_request import ServiceRequest
from open311.models.cases.update import Update
from open311.queries.places.boundaries import boundaries_at


def locked(ref: CaseRef, actor: Actor, act: Act) -> ServiceRequest:
    """Find a service request and lock it until the transaction ends, so that changes come one after another.

    This is the only way to a service request that is to be changed. It asks who acts and what for, so that every act is
    covered by a grant and noted in the audit log.

    :raises UnknownServiceRequest: when no service request has the number.
    :raises NotAllowed: when no grant of the actor covers the act there.
    :raises Conflict: when somebody has changed it since the actor looked at it (``ref.seen_version``).
    """
    case = found(ref, actor, act, lock=True)
    if ref.seen_version is not None and ref.seen_version != case.version:
        raise Conflict(f"{case.service_request_id} was changed meanwhile; look at it again")
    return case


def found(ref: CaseRef, actor: Actor, act: Act, *, lock: bool = False) -> ServiceRequest:
    """Find a service request for an act that does not change it; permission is checked and noted as in ``locked``.

    :raises UnknownServiceRequest: when no service request has the number.
    :raises NotAllowed: when no grant of the actor covers the act there.
    """
    wanted = select(ServiceRequest).where(
        ServiceRequest.jurisdiction == ref.jurisdiction, ServiceRequest.service_request_id == ref.number
    )
    case = _one(wanted.with_for_update() if lock else wanted, f"no service request {ref.number!r}")
    permit_case(actor, act, case)
    return case


def locked_key(key: int) -> ServiceRequest:
    """Lock a service request by its primary key: for jobs, secret links, and whatever follows from another act.

    :raises UnknownServiceRequest: when it does not exist any more.
    """
    return _one(select(ServiceRequest).where(ServiceRequest.key == key).with_for_update(), "no such service request")


def permit_case(actor: Actor, act: Act, case: ServiceRequest) -> None:
    """Check that the actor may do an act to a service request; if they are staff, note it in the audit log.

    :raises NotAllowed: when no grant of the actor covers the act there.
    """
    target = f"service_request:{quote(case.service_request_id or str(case.uuid), safe=':/')}"
    permit(actor, act, target, scope_of(case, placed=any(grant.boundary for grant in actor.grants)))


def scope_of(case: ServiceRequest, *, placed: bool = True) -> CaseScope:
    """Return what grants look at in a case; ``placed=False`` leaves out its boundaries, if no grant names any."""
    boundaries: frozenset[str] = frozenset()
    if placed and (place := case.place):
        boundaries = boundaries_at(case.jurisdiction, place)
    return CaseScope(case.jurisdiction, case.department, case.service_code, boundaries)


def _one(wanted: Select[ServiceRequest], missing: str) -> ServiceRequest:
    case = database.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if case is None:
        raise UnknownServiceRequest(missing)
    return case


def changed(case: ServiceRequest) -> dict[str, list[Any]]:
    """Return the old and new value of every column with a change that is not written yet; times are text."""
    found = {}
    for attribute in inspect(case).attrs:
        history = attribute.history
        if history.has_changes() and attribute.key not in _NOT_NOTED:
            old, new = (values[0] if values else None for values in (history.deleted, history.added))
            if old != new:
                found[attribute.key] = [_plain(old), _plain(new)]
    return found


_NOT_NOTED = frozenset({"updated_datetime", "description", "status_notes", "withheld"})
"""Columns whose changes the history leaves out: updates have their own time, and words that can be redacted."""


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def record(environment: Environment, case: ServiceRequest, kind: str, actor: Actor, **what: Any) -> str:
    """Append a row to the history, with the old and new values of what changed; return its public id.

    ``what`` holds columns of ``Update`` and must include ``public``. Followers are told of a public row once the
    transaction has committed.
    """
    changes = changed(case)
    row = {
        "service_request": case.key,
        "jurisdiction": case.jurisdiction,
        "kind": kind,
        "actor": actor.name,
        "account": actor.account,
        "api_client": actor.api_client,
        "client_update_id": actor.client_update_id,
        "changes": Jsonb(changes) if changes else None,
        **what,
    }
    update_id = str(add(Update, row, returning=("uuid",))[0])
    if what["public"]:
        tell(environment, case.jurisdiction, case.key, update_id)
    return update_id


def finish(environment: Environment, case: ServiceRequest) -> None:
    """Write a changed service request and publish it again.

    :raises Conflict: when somebody else has changed it meanwhile.
    """
    try:
        database.session.flush()
    except StaleDataError:
        raise Conflict(f"{case.service_request_id} was changed meanwhile; look at it again") from None
    publish(environment, [case.key])


def aside(environment: Environment, case: ServiceRequest, kind: str, actor: Actor, note: str = "") -> str:
    """Record and finish a change that is not a step of the lifecycle, with a row that only staff read.

    Return the public id of the row.
    """
    moment = now().replace(microsecond=0)
    if kind in _SEEN:
        case.updated_datetime = moment
    update_id = record(environment, case, kind, actor, public=False, note=clean_text(note) or None, occurred_at=moment)
    finish(environment, case)
    return update_id


_SEEN = frozenset({"moderation", "media"})
"""Kinds of update that are not public but change what is: harvesters must find the case among those that changed."""
