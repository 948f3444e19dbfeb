"""Split a service request into parts that others can work: each a service request of its own, with the same place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.idempotency import Once, remembered
from open311.actions.base.transaction import connection, transaction
from open311.actions.cases.case import aside, locked
from open311.actions.intake.filing import prepare, write
from open311.catalog.city import Jurisdiction
from open311.domain.draft import Draft
from open311.domain.errors import InvalidDraft, StepRefused, UnknownService
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import PUBLISHED, Status
from open311.domain.roles import Act
from open311.models.cases.relation import RelationKind
from open311.models.cases.service_request import ServiceRequest


@dataclass(frozen=True, slots=True)
class Part:
    """What one part is about."""

    service_code: str
    description: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What was filed: the numbers (none for ``batch`` ones), in their order."""

    numbers: list[str | None]


@transaction
def split(
    environment: Environment,
    jurisdiction: str,
    number: str,
    parts: Sequence[Part],
    actor: Actor,
    seen_version: int | None = None,
    once: Once | None = None,
) -> list[str | None]:
    """File each part with the place and the reporter of the whole; answers their numbers (none for ``batch`` ones).

    What of the whole is not public, or waits for approval, is so in its parts: they lie at the same place.
    The whole stays open: it is closed when its parts are done, by a person. ``once`` is the word of a form that is sent
    again: its parts are filed once.

    :raises StepRefused: the whole is closed.
    :raises UnknownService: a part is of no service.
    :raises InvalidDraft: a part cannot be taken as it is.
    :raises KeyReused: the idempotency key came with something else before.
    """
    if once and (before := remembered(once, jurisdiction, None)):
        return Parts(**before).numbers
    case = locked(jurisdiction, number, actor, Act.SPLIT, seen_version)
    if PUBLISHED[Status(case.status)] == "closed":
        raise StepRefused(f"{number} is closed; open it again before it is split")
    city = environment.city.jurisdictions[jurisdiction]
    withheld = None if case.moderation == Moderation.APPROVED else Moderation(case.moderation)
    filed = []
    for part in parts:
        service = city.services.get(part.service_code)
        if service is None or service.retired:
            raise UnknownService(f"service_code {part.service_code!r} is not a service of {city.name}")
        draft = _draft(city, case, part)
        if draft.faults:
            raise InvalidDraft(list(draft.faults))
        filing = prepare(city, service, draft, (), case.api_client)
        filed.append(write(environment, filing, private=case.private, moderation=withheld))
    execute = connection().execute
    for each in filed:
        execute(
            "INSERT INTO relation (service_request, other, kind) VALUES (%s, %s, %s)",
            (each.key, case.key, RelationKind.PART_OF),
        )
        execute(
            "INSERT INTO reporter_link (service_request, person)"
            " SELECT %s, person FROM reporter_link WHERE service_request = %s",
            (each.key, case.key),
        )
        execute(_FOLLOW, {"part": each.key, "whole": case.key})
    numbers = [each.service_request_id for each in filed]
    aside(environment, case, "merge", actor, "Split into " + ", ".join(each or "(number to come)" for each in numbers))
    if once:
        once.keep(jurisdiction, None, Parts(numbers))
    return numbers


_FOLLOW = """
INSERT INTO subscription (jurisdiction, followed, service_request, reporter, channel, address, push_key, push_secret,
                          rhythm, language, confirmed_at)
SELECT jurisdiction, followed, %(part)s, reporter, channel, address, push_key, push_secret, rhythm, language,
       confirmed_at
FROM subscription WHERE service_request = %(whole)s AND confirmed_at IS NOT NULL AND ended_at IS NULL
"""
"""Who follows the whole follows its parts."""


def _draft(city: Jurisdiction, case: ServiceRequest, part: Part) -> Draft:
    point: Any = (
        connection()
        .execute("SELECT ST_Y(point)::text, ST_X(point)::text FROM service_request WHERE key = %s", (case.key,))
        .fetchone()
    )
    return Draft.of(
        city.key,
        part.service_code,
        lat=point[0] or "",
        long=point[1] or "",
        lines={name: getattr(case, name) or "" for name in ("address", "address_id", "zipcode", "language")},
        description=part.description,
        channel="split",
    )
