"""Refer a service request to a body outside the city, through its Open311 server if it has one; mirror its state."""

from __future__ import annotations

from datetime import datetime, timedelta

from open311.actions.base.actor import SYSTEM, Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, defer, transaction, write, write_returning
from open311.actions.cases.case import aside, locked, locked_key
from open311.actions.cases.progress import step
from open311.actions.publications.personal import personal_in
from open311.adapters.delivery import DeliveryFault, Later, Refused, Unclear
from open311.adapters.georeport_client import GeoReportClient, RemoteRequest
from open311.catalog.city import Department
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument, Refusal
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now
from open311.domain.personal_data import without
from open311.domain.roles import Act
from open311.models.cases.referral import Referral
from open311.models.cases.relation import is_duplicate
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.referrals import Referral as OpenReferral
from open311.queries.cases.referrals import due_referrals, referral
from open311.queries.cases.relations import canonical_of
from open311.queries.reading import Statement

LOOK_INTERVAL = timedelta(minutes=10)
"""How often another server is asked what became of a service request."""
LISTEN_AFTER_CLOSING = timedelta(weeks=4)
"""How long another server is still asked about a service request that it closed, as it may be reopened there."""
MAX_REFERRALS_PER_LOOK = 50
"""How many service requests one run of the job asks about."""
MAX_WAIT_INTERVALS = 36
"""The longest wait between two calls of a server that keeps failing, in multiples of ``LOOK_INTERVAL``."""

_END_EARLIER = Statement("UPDATE referral SET ended_at = :moment WHERE service_request = :case AND ended_at IS NULL")


@transaction
def refer(
    environment: Environment, ref: CaseRef, actor: Actor, department: str, *, text: str = "", note: str = ""
) -> str:
    """Refer a service request to a body outside the city; return the id of the update.

    ``department`` is the code of a department with ``outside: true``. If it has an Open311 server, a job files the
    service request there once this has committed.

    :raises InvalidArgument: when there is no such body, or its server has no matching service.
    :raises StepRefused: when the service request cannot be referred in its present state.
    """
    case = locked(ref, actor, Act.REFER)
    body = environment.city.jurisdictions[ref.jurisdiction].departments.get(department)
    if body is None or not body.outside:
        raise InvalidArgument(f"{department!r} is no body outside the city")
    if body.open311 and body.open311.service_code(case.service_code) is None:
        raise InvalidArgument(f"the Open311 server of {body.name} has no service for {case.service_name}")
    write(_END_EARLIER, {"moment": now(), "case": case.key})
    (key,) = add(Referral, {"service_request": case.key, "department": department}, returning=("key",))
    text = text or f"We passed this on to {body.name}, who answers for it."
    update_id = step(environment, case, actor, Change(Status.REFERRED, text=text, note=note))
    if body.open311:
        defer(environment, "forward_referral", key=key)
    return update_id


def forward(environment: Environment, key: int) -> None:
    """File a referral at the other server. Safe to repeat.

    If the server refuses it for good, the case goes back to staff. A server that cannot be reached is tried again by
    ``mirror_referrals``, after ever longer waits. Where the server has it, or may have it, and its answer does not say
    so, it is never filed again: staff are told, and its own list is asked for it.
    """
    found = _what(environment, key)
    if found is None:
        return
    body, fields, uuid = found
    client = _client(environment, body)
    try:
        receipt = client.file(fields, idempotency_key=uuid)
    except Refused as refusal:
        _give_back(environment, key, f"{body.name} refused: {refusal}")
        return
    except Unclear as fault:
        _note_unclear(environment, key, body.name, fault)
        return
    except Later as fault:
        _again(key, str(fault), not_there=True)
        return
    _note_filed(environment, key, body.name, receipt.service_request_id, receipt.token)


_SENDING = Statement(
    "UPDATE referral SET unclear_since = :moment, next_look_at = :next_look_at, fault = NULL WHERE key = :key"
)


@transaction
def _what(environment: Environment, key: int) -> tuple[Department, dict[str, str], str] | None:
    """Return the body, the fields to file with it and an idempotency key; None if nothing is left to file."""
    referred = referral(key)
    if referred is None or referred.remote_id or referred.remote_token or referred.unclear_since:
        return None
    case = locked_key(referred.service_request)
    body = environment.city.jurisdictions[case.jurisdiction].departments.get(referred.department)
    remote = body.open311 if body else None
    if body is None or remote is None or case.status != Status.REFERRED or canonical_of(case.key):
        return None
    place = case.place
    # Before it is sent: whoever is stopped while sending does not know what arrived.
    write(_SENDING, {"moment": now(), "next_look_at": now() + LOOK_INTERVAL, "key": key})
    fields = {
        "service_code": remote.service_code(case.service_code) or "",
        "lat": f"{place.lat:.6f}" if place else "",
        "long": f"{place.long:.6f}" if place else "",
        "address_string": _as_public(environment, case, "address", case.address),
        "description": _description(environment, case),
        "media_url": (case.media_url or "").partition("\n")[0],
    }
    return body, fields, str(case.uuid)


def _description(environment: Environment, case: ServiceRequest) -> str:
    """Return the reporter's words and where they come from, but nothing that says who the reporter is."""
    words = _as_public(environment, case, "description", case.description)
    return "\n\n".join(part for part in (words, _mark(environment, case)) if part)


def _mark(environment: Environment, case: ServiceRequest) -> str:
    """Return the line by which a service request is known at the other server."""
    return f"{environment.city.jurisdictions[case.jurisdiction].name}, service request {case.service_request_id}"


def _as_public(environment: Environment, case: ServiceRequest, field: str, text: str | None) -> str:
    """Return a text without what looks like personal data while it is withheld here: they would publish it there."""
    city = environment.city.jurisdictions[case.jurisdiction]
    return without(text or "", personal_in(city, text)) if field in case.withheld else text or ""


def _client(environment: Environment, body: Department) -> GeoReportClient:
    assert body.open311 is not None
    api_key = environment.remote_keys.get(body.open311.api_key_variable, "")
    return GeoReportClient(environment.outbound, body.open311.url, body.open311.jurisdiction_id, api_key)


_NOTE_FILED = Statement(
    """
    UPDATE referral SET remote_id = coalesce(:number, remote_id), remote_token = coalesce(:token, remote_token),
                        unclear_since = NULL, next_look_at = :next_look_at, attempts = 0, fault = NULL
    WHERE key = :key RETURNING service_request
    """
)


@transaction
def _note_filed(environment: Environment, key: int, name: str, number: str | None, token: str | None) -> None:
    """Store the number that the other server gave a service request, or the token for the number to come."""
    given = {"number": number, "token": token, "next_look_at": now() + LOOK_INTERVAL, "key": key}
    [(case,)] = write_returning(_NOTE_FILED, given)
    if number:
        aside(environment, locked_key(case), "system", SYSTEM, f"{name} has this under the number {number}.")


_NOTE_UNCLEAR = Statement(
    "UPDATE referral SET fault = :fault, next_look_at = :next_look_at WHERE key = :key RETURNING service_request"
)


@transaction
def _note_unclear(environment: Environment, key: int, name: str, fault: Unclear) -> None:
    """Tell staff that the other server has a service request, or may have it, and that we know no number of it."""
    given = {"fault": str(fault), "next_look_at": now() + LOOK_INTERVAL, "key": key}
    [(case,)] = write_returning(_NOTE_UNCLEAR, given)
    if fault.status:
        told = f"{name} has this, but its answer cannot be read: {fault}. Ask them for their number."
    else:
        told = f"{name} may have this: {fault}. Ask them."
    aside(environment, locked_key(case), "system", SYSTEM, f"{told} It is not filed there again.")


_GIVE_BACK = Statement(
    "UPDATE referral SET ended_at = :moment, fault = :fault WHERE key = :key RETURNING service_request"
)


@transaction
def _give_back(environment: Environment, key: int, why: str) -> None:
    """End a referral and give the service request back to staff."""
    [(case_key,)] = write_returning(_GIVE_BACK, {"moment": now(), "fault": why, "key": key})
    case = locked_key(case_key)
    if case.status == Status.REFERRED and not canonical_of(case.key):
        step(environment, case, SYSTEM, Change(Status.IN_PROGRESS, note=why))


# The other body has it while it is referred, and after closing it; once staff act on it or merge it, it is ours.
_END = Statement(
    f"""
    UPDATE referral r SET ended_at = :moment FROM service_request c
    WHERE c.key = r.service_request AND r.ended_at IS NULL AND (
        {is_duplicate("c.key")}
        OR NOT (c.status = 'referred'
                OR (c.status = 'closed' AND c.outcome = 'referred_out'
                    AND r.remote_status IS NOT DISTINCT FROM 'closed' AND c.closed_datetime > :closed_after)))
    """
)


def mirror_referrals(environment: Environment) -> int:
    """Ask other servers what became of our service requests there; return how many were asked about.

    First, referrals end whose service requests the other body no longer has. Referrals that could not be filed yet,
    because a server did not answer, are filed.
    """
    due = _due()
    for each in due:
        city = environment.city.jurisdictions.get(each.jurisdiction)
        body = city.departments.get(each.department) if city else None
        if body is None or body.open311 is None:
            _again(each.key, f"{each.department} has no Open311 server any more")
        elif each.remote_id is None and each.remote_token is None and each.unclear_since is None:
            forward(environment, each.key)
        elif each.unclear_since is not None:
            _search(environment, body, each, each.unclear_since)
        else:
            _look(environment, body, each)
    return len(due)


def _search(environment: Environment, body: Department, referred: OpenReferral, since: datetime) -> None:
    """Look for a service request in the list of a server that may have it."""
    if referred.fault is None:  # nobody has told it: the worker was stopped while it sent
        stopped = Unclear("this server was stopped while it was filed there")
        _note_unclear(environment, referred.key, body.name, stopped)
        return
    service_code, mark = _known_by(environment, body, referred.service_request)
    try:
        number = _client(environment, body).find(service_code, mark, since - timedelta(hours=1))
    except DeliveryFault as fault:
        _again(referred.key, str(fault))
        return
    if number is None:
        _again(referred.key, "its list does not show it")
    else:
        _note_filed(environment, referred.key, body.name, number, None)


@transaction
def _known_by(environment: Environment, body: Department, service_request: int) -> tuple[str, str]:
    case = locked_key(service_request)
    assert body.open311 is not None
    return body.open311.service_code(case.service_code) or "", _mark(environment, case)


def _look(environment: Environment, body: Department, referred: OpenReferral) -> None:
    """Ask one server about one service request."""
    client, number = _client(environment, body), referred.remote_id
    try:
        if number is None and referred.remote_token is not None:
            number = client.number_of(referred.remote_token)
            _note_filed(environment, referred.key, body.name, number, None)
        if number is not None:
            _mirror(environment, referred.key, body, client.read(number))
    except (DeliveryFault, Refusal) as fault:
        _again(referred.key, str(fault))


@transaction
def _due() -> list[OpenReferral]:
    moment = now()
    write(_END, {"moment": moment, "closed_after": moment - LISTEN_AFTER_CLOSING})
    return due_referrals(moment, MAX_REFERRALS_PER_LOOK)


_AGAIN = Statement(
    """
    UPDATE referral SET attempts = attempts + 1, fault = :fault,
                        next_look_at = now() + least(attempts + 1, :most) * CAST(:every AS interval),
                        unclear_since = CASE WHEN NOT :not_there THEN unclear_since END
    WHERE key = :key
    """
)


@transaction
def _again(key: int, fault: str, *, not_there: bool = False) -> None:
    """Note a failed attempt, and plan the next one after a longer wait each time.

    ``not_there``: the other server certainly does not have the service request.
    """
    given = {"fault": fault, "most": MAX_WAIT_INTERVALS, "every": LOOK_INTERVAL, "key": key, "not_there": not_there}
    write(_AGAIN, given)


_SEEN = Statement(
    """
    WITH before AS (SELECT key, remote_status FROM referral WHERE key = :key AND ended_at IS NULL FOR UPDATE)
    UPDATE referral r SET remote_status = :status, seen_at = :seen_at, attempts = 0, fault = NULL,
                          next_look_at = :next_look_at
    FROM before WHERE r.key = before.key RETURNING r.service_request, before.remote_status
    """
)


@transaction
def _mirror(environment: Environment, key: int, body: Department, remote: RemoteRequest) -> None:
    """Take over what the other server says: that it closed the service request, or reopened it."""
    given = {"key": key, "status": remote.status, "seen_at": remote.updated, "next_look_at": now() + LOOK_INTERVAL}
    for case_key, before in write_returning(_SEEN, given):
        case = locked_key(case_key)
        if remote.status == "closed" and case.status == Status.REFERRED:
            said = f"{body.name}: {remote.status_notes or 'They closed it without saying why.'}"
            found = personal_in(environment.city.jurisdictions[case.jurisdiction], said)
            note = f"As they said it: {said}" if found else ""
            change = Change(Status.CLOSED, Outcome.REFERRED_OUT, text=without(said, found), note=note)
            step(environment, case, SYSTEM, change)
        elif (before, remote.status) == ("closed", "open") and _is_closed_there(case):
            step(environment, case, SYSTEM, Change(Status.RECEIVED, text=f"{body.name} opened this again."))
            step(environment, case, SYSTEM, Change(Status.REFERRED))


def _is_closed_there(case: ServiceRequest) -> bool:
    return case.status == Status.CLOSED and case.outcome == Outcome.REFERRED_OUT
