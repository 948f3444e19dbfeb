"""File a service request: the one way in for every channel, from a ``Draft``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.actions.environment import Environment, add, connection, defer, transaction
from open311.actions.idempotency import Once, remembered
from open311.actions.publish import publish, publish_new
from open311.adapters.images import CleanImage, UnreadableImage, clean_image
from open311.catalog.city import Jurisdiction
from open311.domain.definition import Answer, Service, ServiceType, check_answers
from open311.domain.draft import Draft, Reporter
from open311.domain.errors import InvalidDraft, UnknownService
from open311.domain.lifecycle import Status
from open311.domain.privacy import first_moderation
from open311.models.base import now
from open311.models.token import Token
from open311.models.update import Update

MOST_PHOTOS = 5
"""Of a service request; further ones are ignored."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter gets: a number, or a token, or (``blackbox``) neither."""

    service_request_id: str | None
    token: str | None
    service_notice: str


def submit(
    environment: Environment,
    jurisdiction: Jurisdiction,
    draft: Draft,
    *,
    api_client: int | None = None,
    once: Once | None = None,
) -> Receipt:
    """File the draft and publish it, in one transaction.

    Photos that cannot be read are left out: a broken photo never loses a report.

    :raises UnknownService: the code is unknown or retired.
    :raises InvalidDraft: the draft has faults, answers are missing or wrong; every reason at once.
    :raises KeyReused: the idempotency key came with another body before.
    """
    service = jurisdiction.services.get(draft.service_code)
    if service is None or service.retired:
        raise UnknownService(f"service_code {draft.service_code!r} is not a service of {jurisdiction.name}")
    answers, reasons = check_answers(service.attributes, draft.answers, jurisdiction.timezone)
    if draft.faults or reasons:
        raise InvalidDraft([*draft.faults, *reasons])
    return _file(environment, jurisdiction, service, draft, answers, _photos(draft.photos), api_client, once)


@transaction
def _file(
    environment: Environment,
    jurisdiction: Jurisdiction,
    service: Service,
    draft: Draft,
    answers: Sequence[Answer],
    photos: Sequence[CleanImage],
    api_client: int | None,
    once: Once | None,
) -> Receipt:
    if once and (before := remembered(once, jurisdiction.key, api_client)):
        return Receipt(**before)
    with connection().pipeline():  # what needs no answer travels together: two round trips, not ten
        moment = (draft.requested or now()).replace(microsecond=0)
        case = _add_case(jurisdiction, service, draft, moment, api_client)
        key, number = case["key"], case["service_request_id"]
        _add_answers(key, answers)
        _add_reporter(key, draft.reporter)
        files = _add_photos(environment, key, photos)
        _add_history(jurisdiction.key, key, draft, moment, api_client)
        token = None
        if number:
            publish_new(environment, [{**case, "private": False, "photo": files[0] if files else None}])
        elif service.type is ServiceType.BATCH:
            token = secrets.token_urlsafe(16)
            add(Token, {"token": token, "jurisdiction": jurisdiction.key, "service_request": key})
            defer(environment, "number_service_request", key=key)
        receipt = Receipt(number, token, service.service_notice)
        if once:
            once.keep(jurisdiction.key, api_client, receipt)
        return receipt


def _photos(uploads: Sequence[bytes]) -> list[CleanImage]:
    cleaned: list[CleanImage] = []
    for upload in uploads:
        if len(cleaned) == MOST_PHOTOS:
            break
        try:
            cleaned.append(clean_image(upload))
        except UnreadableImage:
            continue
    return cleaned


_ADD_CASE = """
INSERT INTO service_request (jurisdiction, service_request_id, service_code, service_name, department,
    agency_responsible, service_notice, description, status, point, address, address_id, zipcode, media_url,
    requested_datetime, updated_datetime, expected_datetime, channel, api_client, language, moderation)
VALUES (%(jurisdiction)s, CASE WHEN %(numbered)s THEN nextval('service_request_number')::text END, %(service_code)s,
    %(service_name)s, %(department)s, %(agency_responsible)s, %(service_notice)s, %(description)s, %(status)s,
    ST_SetSRID(ST_MakePoint(%(long)s, %(lat)s), 4326), %(address)s, %(address_id)s, %(zipcode)s, %(media_url)s,
    %(requested_datetime)s, %(updated_datetime)s, %(expected_datetime)s, %(channel)s, %(api_client)s, %(language)s,
    %(moderation)s)
RETURNING key, service_request_id
"""


def _add_case(
    jurisdiction: Jurisdiction, service: Service, draft: Draft, moment: datetime, api_client: int | None
) -> dict[str, Any]:
    """The row, with its key and (``realtime``) its number."""
    case: dict[str, Any] = {
        "jurisdiction": jurisdiction.key,
        "service_code": service.service_code,
        "service_name": service.service_name,
        "department": service.department,
        "agency_responsible": service.agency_responsible,
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
        "requested_datetime": moment,
        "updated_datetime": moment,
        "expected_datetime": jurisdiction.calendar.due(moment, service.resolve) if service.resolve else None,
        "channel": draft.channel,
        "api_client": api_client,
        "language": draft.language,
        "moderation": first_moderation(service.publishing),
    }
    numbered = service.type is ServiceType.REALTIME
    row: Any = connection().execute(_ADD_CASE, {**case, "numbered": numbered}).fetchone()
    return {**case, "key": row[0], "service_request_id": row[1]}


def _add_answers(key: int, answers: Sequence[Answer]) -> None:
    with connection().cursor() as cursor:
        cursor.executemany(
            "INSERT INTO answer (service_request, position, code, question, datatype, public, values, names)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (key, i, a.code, a.question, a.datatype, a.public, list(a.values), list(a.names))
                for i, a in enumerate(answers)
            ],
        )


_ADD_REPORTER = """
WITH new_person AS (
    INSERT INTO person (first_name, last_name, account_id)
    VALUES (%(first_name)s, %(last_name)s, %(account_id)s) RETURNING key
), contacts AS (
    INSERT INTO contact_point (person, kind, value)
    SELECT key, kind, value FROM new_person, unnest(%(kinds)s::text[], %(values)s::text[]) AS c(kind, value)
)
INSERT INTO reporter_link (service_request, person) SELECT %(key)s, key FROM new_person
"""


def _add_reporter(key: int, reporter: Reporter) -> None:
    """Personal data goes to its own tables, which no public document can reach."""
    if not reporter.known:
        return
    ways = {"email": reporter.email, "phone": reporter.phone, "device": reporter.device_id}
    given = {kind: value for kind, value in ways.items() if value}
    connection().execute(
        _ADD_REPORTER,
        {
            "key": key,
            "first_name": reporter.first_name or None,
            "last_name": reporter.last_name or None,
            "account_id": reporter.account_id or None,
            "kinds": list(given),
            "values": list(given.values()),
        },
    )


def _add_photos(environment: Environment, key: int, photos: Sequence[CleanImage]) -> list[str]:
    """Keep the photos; answers the names of their files."""
    files = []
    for photo in photos:
        files.append(environment.files.save(photo.image, "jpg"))
        connection().execute(
            "INSERT INTO media (service_request, file, thumbnail, width, height, kind, alt_text)"
            " VALUES (%s, %s, %s, %s, %s, 'submitted', '')",
            (
                key,
                files[-1],
                environment.files.save(photo.thumbnail, "jpg"),
                photo.width,
                photo.height,
            ),
        )
    return files


def _add_history(jurisdiction: str, key: int, draft: Draft, moment: datetime, api_client: int | None) -> None:
    add(
        Update,
        {
            "service_request": key,
            "jurisdiction": jurisdiction,
            "kind": "status",
            "public": True,
            "status": Status.RECEIVED,
            "actor": "client" if api_client else "reporter",
            "api_client": api_client,
            "occurred_at": moment,
        },
    )


_NUMBER = """
UPDATE service_request SET service_request_id = nextval('service_request_number')::text
WHERE key = %s AND service_request_id IS NULL
"""


@transaction
def give_number(environment: Environment, key: int) -> None:
    """Give a ``batch`` service request its number and publish it; doing so again changes nothing."""
    if connection().execute(_NUMBER, (key,)).rowcount:
        publish(environment, [key])
