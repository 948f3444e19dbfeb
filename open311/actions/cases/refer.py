"""Hand a service request to a body outside the city: over its own Open311 server where it has one, and mirror it."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from open311.actions.base.actor import SYSTEM, Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, connection, defer, transaction
from open311.actions.cases.case import aside, locked, locked_key
from open311.actions.cases.progress import step
from open311.actions.cases.relate import canonical_of
from open311.adapters.georeport_client import GeoReportClient, RemoteRefused, RemoteRequest, RemoteUnreachable
from open311.catalog.city import Department
from open311.domain.errors import InvalidArgument, Refusal
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now
from open311.domain.roles import Act
from open311.models.cases.referral import Referral
from open311.models.cases.relation import is_duplicate
from open311.models.cases.service_request import ServiceRequest

LOOK_EVERY = timedelta(minutes=10)
"""How often a server is asked what became of a service request."""
LISTEN_AFTER_CLOSING = timedelta(weeks=4)
"""How long they are still asked about what they closed: they may open it again."""
AT_ONCE = 50
"""Referrals of one look."""


@transaction
def refer(
    environment: Environment,
    jurisdiction: str,
    number: str,
    department: str,
    actor: Actor,
    *,
    text: str = "",
    note: str = "",
    seen_version: int | None = None,
) -> str:
    """Refer it to a body outside (``department``, with ``outside: true``); answers the id of the update.

    Where the body has an Open311 server, a job files it there once this commits.

    :raises InvalidArgument: no such body, or its server has no service for this.
    :raises StepRefused: it cannot be referred in its state.
    """
    case = locked(jurisdiction, number, actor, Act.REFER, seen_version)
    body = environment.city.jurisdictions[jurisdiction].departments.get(department)
    if body is None or not body.outside:
        raise InvalidArgument(f"{department!r} is no body outside the city")
    if body.open311 and body.open311.service_code(case.service_code) is None:
        raise InvalidArgument(f"the Open311 server of {body.name} has no service for {case.service_name}")
    connection().execute(
        "UPDATE referral SET ended_at = %s WHERE service_request = %s AND ended_at IS NULL", (now(), case.key)
    )
    add(Referral, {"service_request": case.key, "department": department})
    row: Any = connection().execute("SELECT lastval()").fetchone()
    told = text or f"We passed this on to {body.name}, who answers for it."
    update_id = step(environment, case, Status.REFERRED, actor, text=told, note=note)
    if body.open311:
        defer(environment, "forward_referral", key=row[0])
    return update_id


_REFERRAL = (
    "SELECT service_request, department, remote_id, remote_token FROM referral WHERE key = %s AND ended_at IS NULL"
)


def forward(environment: Environment, key: int) -> None:
    """File a referral at the other server; safe to repeat. What the server refuses for good goes back to staff.

    A server that does not answer is tried again, later each time, while the case is referred (``mirror_referrals``).
    """
    found = _what(environment, key)
    if found is None:
        return
    body, fields, uuid = found
    client = _client(body)
    try:
        receipt = client.file(fields, idempotency_key=uuid)
    except RemoteRefused as refusal:
        _give_back(environment, key, f"{body.name} refused: {refusal}")
        return
    except RemoteUnreachable as fault:
        _again(key, str(fault))
        return
    _keep(environment, key, body.name, receipt.service_request_id, receipt.token)


@transaction
def _what(environment: Environment, key: int) -> tuple[Department, dict[str, str], str] | None:
    """What to file where; none where it is done already, or not to be done any more."""
    row = connection().execute(_REFERRAL, (key,)).fetchone()
    if row is None or row[2] or row[3]:
        return None
    case = locked_key(row[0])
    body = environment.city.jurisdictions[case.jurisdiction].departments.get(row[1])
    remote = body.open311 if body else None
    if body is None or remote is None or case.status != Status.REFERRED or canonical_of(case.key):
        return None
    point: Any = (
        connection()
        .execute("SELECT ST_Y(point), ST_X(point) FROM service_request WHERE key = %s", (case.key,))
        .fetchone()
    )
    fields = {
        "service_code": remote.service_code(case.service_code) or "",
        "lat": "" if point[0] is None else f"{point[0]:.6f}",
        "long": "" if point[1] is None else f"{point[1]:.6f}",
        "address_string": case.address or "",
        "description": _description(environment, case),
        "media_url": case.media_url or "",
    }
    return body, fields, str(case.uuid)


def _description(environment: Environment, case: ServiceRequest) -> str:
    """The reporter's words and where they come from; nothing that says who the reporter is."""
    city = environment.city.jurisdictions[case.jurisdiction].name
    return "\n\n".join(
        part for part in (case.description, f"{city}, service request {case.service_request_id}") if part
    )


def _client(body: Department) -> GeoReportClient:
    assert body.open311 is not None
    api_key = os.environ.get(body.open311.api_key_variable, "") if body.open311.api_key_variable else ""
    return GeoReportClient(body.open311.url, body.open311.jurisdiction_id, api_key)


@transaction
def _keep(environment: Environment, key: int, name: str, number: str | None, token: str | None) -> None:
    row: Any = (
        connection()
        .execute(
            "UPDATE referral SET remote_id = coalesce(%s, remote_id), remote_token = coalesce(%s, remote_token),"
            " next_look_at = %s, attempts = 0, fault = NULL WHERE key = %s RETURNING service_request",
            (number, token, now() + LOOK_EVERY, key),
        )
        .fetchone()
    )
    if number:
        aside(environment, locked_key(row[0]), "system", SYSTEM, f"{name} has this under the number {number}.")


@transaction
def _give_back(environment: Environment, key: int, why: str) -> None:
    row: Any = (
        connection()
        .execute(
            "UPDATE referral SET ended_at = %s, fault = %s WHERE key = %s RETURNING service_request", (now(), why, key)
        )
        .fetchone()
    )
    case = locked_key(row[0])
    if case.status == Status.REFERRED and not canonical_of(case.key):
        step(environment, case, Status.IN_PROGRESS, SYSTEM, note=why)


_DUE = """
SELECT r.key, r.department, r.remote_id, r.remote_token, c.jurisdiction
FROM referral r JOIN service_request c ON c.key = r.service_request
WHERE r.ended_at IS NULL AND r.next_look_at <= %s
ORDER BY r.next_look_at LIMIT %s
"""


# It is theirs while it is referred, and after they closed it; what staff do in between, or merge, is not.
_END = f"""
UPDATE referral r SET ended_at = %s FROM service_request c
WHERE c.key = r.service_request AND r.ended_at IS NULL AND (
    {is_duplicate("c.key")}
    OR NOT (c.status = 'referred' OR (c.status = 'closed' AND c.outcome = 'referred_out'
                                      AND r.remote_status IS NOT DISTINCT FROM 'closed' AND c.closed_datetime > %s)))
"""


def mirror_referrals(environment: Environment) -> int:
    """Ask the servers that have service requests of ours what became of them; answers how many were asked about.

    What they could not be reached for yet is filed. Before all that, referrals end of what is not theirs any more.
    """
    due = _due()
    for key, department, number, token, jurisdiction in due:
        city = environment.city.jurisdictions.get(jurisdiction)
        body = city.departments.get(department) if city else None
        if body is None or body.open311 is None:
            _again(key, f"{department} has no Open311 server any more")
            continue
        if number is None and token is None:
            forward(environment, key)
            continue
        client = _client(body)
        try:
            if number is None:
                number = client.number_of(token)
                _keep(environment, key, body.name, number, None)
            if number is not None:
                _mirror(environment, key, body, client.read(number))
        except (RemoteRefused, RemoteUnreachable, Refusal) as fault:
            _again(key, str(fault))
    return len(due)


@transaction
def _due() -> list[Any]:
    moment = now()
    connection().execute(_END, (moment, moment - LISTEN_AFTER_CLOSING))
    return connection().execute(_DUE, (moment, AT_ONCE)).fetchall()


@transaction
def _again(key: int, fault: str) -> None:
    """Look again later, and later each time."""
    connection().execute(
        "UPDATE referral SET attempts = attempts + 1, fault = %s,"
        " next_look_at = now() + least(attempts + 1, 36) * %s WHERE key = %s",
        (fault, LOOK_EVERY, key),
    )


_SEEN = """
WITH before AS (SELECT key, remote_status FROM referral WHERE key = %s AND ended_at IS NULL FOR UPDATE)
UPDATE referral r SET remote_status = %s, seen_at = %s, attempts = 0, fault = NULL, next_look_at = %s
FROM before WHERE r.key = before.key RETURNING r.service_request, before.remote_status
"""


@transaction
def _mirror(environment: Environment, key: int, body: Department, remote: RemoteRequest) -> None:
    """Take over what they say: they closed it, or opened it again."""
    row = connection().execute(_SEEN, (key, remote.status, remote.updated, now() + LOOK_EVERY)).fetchone()
    if row is None:
        return
    case, before = locked_key(row[0]), row[1]
    said = remote.status_notes or "They closed it without saying why."
    if remote.status == "closed" and case.status == Status.REFERRED:
        step(environment, case, Status.CLOSED, SYSTEM, outcome=Outcome.REFERRED_OUT, text=f"{body.name}: {said}")
    elif (
        (before, remote.status) == ("closed", "open")
        and case.status == Status.CLOSED
        and case.outcome == Outcome.REFERRED_OUT
    ):
        step(environment, case, Status.RECEIVED, SYSTEM, text=f"{body.name} opened this again.")
        step(environment, case, Status.REFERRED, SYSTEM)
