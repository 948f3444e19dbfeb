"""Write a new service request inside the transaction of an action: route it, compute its promise, publish it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.reach import can_reach
from open311.actions.base.transaction import add, connection, defer, write, write_returning
from open311.actions.intake.photos import add_photos, store_photos
from open311.actions.intake.withheld import looks_personal
from open311.actions.publications.publish import publish_new
from open311.actions.telling.notify import tell
from open311.adapters.images import CleanImage
from open311.catalog.city import Jurisdiction
from open311.domain.contact import contacts, email_addresses
from open311.domain.definition import Answer, Service, ServiceType
from open311.domain.draft import Draft, Reporter
from open311.domain.exposure import Moderation, first_moderation
from open311.domain.lifecycle import Status
from open311.domain.moment import now
from open311.domain.news import Target, TargetKind
from open311.domain.personal_data import PersonalData
from open311.domain.routing import Facts, Route
from open311.models.cases.update import Update
from open311.models.intake.token import Token
from open311.models.telling.subscription import Subscription
from open311.queries.places.boundaries import boundaries_at
from open311.queries.reading import Statement


@dataclass(frozen=True)
class Filing:
    """A draft that is ready to be written, with its route and promise."""

    jurisdiction: Jurisdiction
    service: Service
    draft: Draft
    answers: Sequence[Answer]
    actor: Actor
    """Who files it: a reporter, a program with its key, a call-taker."""
    moment: datetime
    """When it is filed, to the second."""
    route: Route
    acknowledge_by: datetime | None
    """By when somebody is to look at it; None if nothing was promised."""
    expected: datetime | None
    """By when it is to be done; None if nothing was promised."""
    personal: Mapping[str, Set[PersonalData]]
    """Its public texts that look like personal data, which wait for staff, and what they look like."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What was written: the primary key, and a number, a token for the number to come, or (``blackbox``) neither."""

    key: int
    service_request_id: str | None
    token: str | None


def prepare(
    jurisdiction: Jurisdiction, service: Service, draft: Draft, answers: Sequence[Answer], actor: Actor
) -> Filing:
    """Route a draft and compute its promise, by the rules on service, place, answers, words, channel and time."""
    moment = now().replace(microsecond=0)
    boundaries: frozenset[str] = frozenset()
    if draft.point and (jurisdiction.routing.needs_boundaries or service.needs_boundaries):
        boundaries = boundaries_at(jurisdiction.key, draft.point)
    facts = Facts(
        service_code=service.service_code,
        moment=moment,
        channel=draft.channel,
        text=draft.description,
        boundaries=boundaries,
        answers={answer.code: answer.values for answer in answers},
    )
    route = jurisdiction.routing.route(facts, jurisdiction.timezone, service.department)
    acknowledge, resolve = service.promised(route.priority, boundaries)
    return Filing(
        jurisdiction=jurisdiction,
        service=service,
        draft=draft,
        answers=answers,
        actor=actor,
        moment=moment,
        route=route,
        acknowledge_by=jurisdiction.calendar.due(moment, acknowledge) if acknowledge else None,
        expected=jurisdiction.calendar.due(moment, resolve) if resolve else None,
        personal=looks_personal(jurisdiction, draft, answers),
    )


def write_service_request(
    environment: Environment,
    filing: Filing,
    photos: Sequence[CleanImage] = (),
    *,
    private: bool = False,
    moderation: Moderation | None = None,
) -> Filed:
    """Write every row of a new service request, and publish it if it has a number.

    It is as public as its service says, or less: ``private`` shows it to staff only, and ``moderation`` (None for what
    the service says) may withhold it until staff approve.
    """
    with connection().pipeline():  # statements whose results nobody waits for travel together: two round trips, not ten
        case = _add_case(filing, private, moderation or first_moderation(filing.service.publishing))
        key, number = case["key"], case["service_request_id"]
        _add_answers(key, filing.answers)
        _add_reporter(key, filing.draft.reporter, filing.jurisdiction.country)
        _add_follower(environment, key, filing)
        reviewed = first_moderation(filing.service.photos)
        stored = store_photos(environment, photos)
        add_photos(key, stored, "submitted", reviewed)
        shown = stored if reviewed is Moderation.APPROVED else ()
        _add_history(key, filing)
        token = None
        if number:
            publish_new(environment, [{**case, "closed_datetime": None, "photo": shown[0].file if shown else None}])
            tell(environment, filing.jurisdiction.key, key)
        elif filing.service.type is ServiceType.BATCH:
            token = secrets.token_urlsafe(16)
            add(Token, {"token": token, "jurisdiction": filing.jurisdiction.key, "service_request": key})
            defer(environment, "number_service_request", key=key)
        return Filed(key, number, token)


_ADD_CASE = Statement(
    """
    INSERT INTO service_request (jurisdiction, service_request_id, service_code, service_name, department, team,
        priority, agency_responsible, service_notice, description, status, point, address, address_id, zipcode,
        media_url, requested_datetime, updated_datetime, acknowledge_by, expected_datetime, channel, api_client,
        language, private, moderation, withheld)
    VALUES (:jurisdiction, CASE WHEN :numbered THEN next_service_request_number(:jurisdiction) END, :service_code,
        :service_name, :department, :team, :priority, :agency_responsible, :service_notice, :description, :status,
        ST_SetSRID(ST_MakePoint(:long, :lat), 4326), :address, :address_id, :zipcode, :media_url,
        :requested_datetime, :updated_datetime, :acknowledge_by, :expected_datetime, :channel, :api_client,
        :language, :private, :moderation, :withheld)
    RETURNING key, service_request_id
    """
)


def _add_case(filing: Filing, private: bool, moderation: Moderation) -> dict[str, Any]:
    """Insert the service request; return the row with its key and, if the service is ``realtime``, its number."""
    service, draft, route = filing.service, filing.draft, filing.route
    case: dict[str, Any] = {
        "jurisdiction": filing.jurisdiction.key,
        "service_code": service.service_code,
        "service_name": service.service_name,
        "department": route.department,
        "team": route.team,
        "priority": int(route.priority),
        "agency_responsible": filing.jurisdiction.departments[route.department].name,
        "service_notice": service.service_notice or None,
        "description": draft.description or None,
        "status": Status.RECEIVED,
        "status_notes": None,
        "long": draft.point.long if draft.point else None,
        "lat": draft.point.lat if draft.point else None,
        "address": draft.address,
        "address_id": draft.address_id,
        "zipcode": draft.zipcode,
        "media_url": draft.media_url,
        "requested_datetime": filing.moment,
        "updated_datetime": filing.moment,
        "acknowledge_by": filing.acknowledge_by,
        "expected_datetime": filing.expected,
        "channel": draft.channel,
        "api_client": filing.actor.api_client,
        "language": draft.language,
        "private": private,
        "moderation": moderation,
        "withheld": list(filing.personal),
    }
    [(key, number)] = write_returning(_ADD_CASE, {**case, "numbered": service.type is ServiceType.REALTIME})
    return {**case, "key": key, "service_request_id": number}


_ADD_ANSWERS = Statement(
    """
    INSERT INTO answer (service_request, position, code, question, datatype, public, values, names)
    VALUES (:key, :position, :code, :question, :datatype, :public, :values, :names)
    """
)


def _add_answers(key: int, answers: Sequence[Answer]) -> None:
    rows = [
        {
            "key": key,
            "position": position,
            "code": each.code,
            "question": each.question,
            "datatype": each.datatype,
            "public": each.public,
            "values": list(each.values),
            "names": list(each.names),
        }
        for position, each in enumerate(answers)
    ]
    with connection().cursor() as cursor:
        cursor.executemany(_ADD_ANSWERS.sql, rows)


_ADD_REPORTER = Statement(
    """
    WITH new_person AS (
        INSERT INTO person (first_name, last_name, account_id)
        VALUES (:first_name, :last_name, :account_id) RETURNING key
    ), contacts AS (
        INSERT INTO contact_point (person, kind, value, normal)
        SELECT key, kind, value, normal
        FROM new_person,
             unnest(CAST(:kinds AS text[]), CAST(:values AS text[]), CAST(:normals AS text[])) AS c(kind, value, normal)
    )
    INSERT INTO reporter_link (service_request, person) SELECT :key, key FROM new_person
    """
)


def _add_reporter(key: int, reporter: Reporter, country: str) -> None:
    """Write who reported to tables of their own, which no public document can reach.

    A contact that cannot be read is kept as it was typed: no phone number may lose a report.
    """
    if not reporter.known:
        return
    rows: list[tuple[str, str, str | None]] = []
    for kind, value in (("email", reporter.email), ("phone", reporter.phone)):
        normals = contacts(value, country)
        rows += [(kind, value, each.lower()) for each in normals]
        if value and not normals:
            rows.append((kind, value, None))
    if reporter.device_id:
        rows.append(("device", reporter.device_id, reporter.device_id))
    write(
        _ADD_REPORTER,
        {
            "key": key,
            "first_name": reporter.first_name or None,
            "last_name": reporter.last_name or None,
            "account_id": reporter.account_id or None,
            "kinds": [kind for kind, _, _ in rows],
            "values": [value for _, value, _ in rows],
            "normals": [normal for _, _, normal in rows],
        },
    )


def address_of(environment: Environment, draft: Draft) -> str | None:
    """Return the address to which a draft's reporter is written: the first they named, if mail can be sent there."""
    named = email_addresses(draft.reporter.email)
    return named[0] if named and can_reach(environment, named[0]) else None


def _add_follower(environment: Environment, key: int, filing: Filing) -> None:
    """Subscribe a reporter who left an e-mail address: they get the receipt, and more once they confirm the address."""
    address = address_of(environment, filing.draft)
    if address is None or filing.jurisdiction.sandbox:
        return
    add(
        Subscription,
        {
            "jurisdiction": filing.jurisdiction.key,
            "target": str(Target(TargetKind.SERVICE_REQUEST, str(key))),
            "service_request": key,
            "reporter": True,
            "address": address,
            "language": filing.draft.language,
        },
    )


def _add_history(key: int, filing: Filing) -> None:
    add(
        Update,
        {
            "service_request": key,
            "jurisdiction": filing.jurisdiction.key,
            "kind": "status",
            "public": True,
            "status": Status.RECEIVED,
            "note": f"Routed by the rule: {filing.route.rule}" if filing.route.rule else None,
            "actor": filing.actor.name,
            "account": filing.actor.account,
            "api_client": filing.actor.api_client,
            "occurred_at": filing.moment,
        },
    )
