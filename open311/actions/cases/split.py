"""Split a service request into parts, each a service request of its own at the same place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.idempotency import Once
from open311.actions.base.transaction import add, transaction, write
from open311.actions.cases.case import aside, locked
from open311.actions.intake.filing import Filed, prepare, write_service_request
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.draft import Draft
from open311.domain.errors import InvalidDraft, StepRefused, UnknownService
from open311.domain.exposure import Moderation
from open311.domain.intake import Intake
from open311.domain.lifecycle import PUBLISHED, Status
from open311.domain.roles import Act
from open311.models.cases.relation import Relation, RelationKind
from open311.models.cases.service_request import ServiceRequest
from open311.queries.reading import Statement


@dataclass(frozen=True, slots=True)
class Part:
    """What one part is about: its service and its description."""

    service_code: str
    description: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The numbers of the parts, in order; None for a part of a ``batch`` service, whose number comes later."""

    numbers: list[str | None]


_SAME_REPORTERS = Statement(
    """
    INSERT INTO reporter_link (service_request, person)
    SELECT :part, person FROM reporter_link WHERE service_request = :whole
    """
)
# Whoever follows the whole follows its parts.
_SAME_FOLLOWERS = Statement(
    """
    INSERT INTO subscription (jurisdiction, target, service_request, reporter, channel, address, push_key,
                              push_secret, rhythm, language, confirmed_at)
    SELECT jurisdiction, concat('service_request:', CAST(:part AS bigint)), :part, reporter, channel, address, push_key,
           push_secret, rhythm, language, confirmed_at
    FROM subscription WHERE service_request = :whole AND confirmed_at IS NOT NULL AND ended_at IS NULL
    """
)


@transaction
def split(
    environment: Environment, ref: CaseRef, actor: Actor, parts: Sequence[Part], *, once: Once | None = None
) -> list[str | None]:
    """File each part at the place and for the reporter of the whole; return their numbers (see ``Parts``).

    Parts are no more public than the whole. The whole stays open until somebody closes it. With ``once``, a form that
    is sent twice files its parts once.

    :raises StepRefused: when the whole is closed.
    :raises UnknownService: when a part names a service that the city does not have.
    :raises InvalidDraft: when a part cannot be filed as it is.
    :raises KeyReused: when the idempotency key of ``once`` was used before with other parts.
    """
    if once and (before := once.before(ref.jurisdiction, None)):
        return Parts(**before).numbers
    case = locked(ref, actor, Act.SPLIT)
    if PUBLISHED[Status(case.status)] == "closed":
        raise StepRefused(f"{ref.number} is closed; open it again before it is split")
    city = environment.city.jurisdictions[ref.jurisdiction]
    filed = [_file(environment, city, case, actor, part) for part in parts]
    for each in filed:
        add(Relation, {"service_request": each.key, "other": case.key, "kind": RelationKind.PART_OF})
        write(_SAME_REPORTERS, {"part": each.key, "whole": case.key})
        write(_SAME_FOLLOWERS, {"part": each.key, "whole": case.key})
    numbers = [each.service_request_id for each in filed]
    aside(environment, case, "split", actor, "Split into " + ", ".join(each or "(number to come)" for each in numbers))
    if once:
        once.remember(ref.jurisdiction, None, Parts(numbers))
    return numbers


def _file(environment: Environment, city: Jurisdiction, case: ServiceRequest, actor: Actor, part: Part) -> Filed:
    service = city.services.get(part.service_code)
    if service is None or service.retired:
        raise UnknownService(f"service_code {part.service_code!r} is not a service of {city.name}")
    draft = _draft(city, case, part)
    if draft.faults:
        raise InvalidDraft(list(draft.faults))
    withheld = None if case.moderation == Moderation.APPROVED else Moderation(case.moderation)
    filing = prepare(city, service, draft, (), Actor(actor.name, case.api_client, account=actor.account))
    return write_service_request(environment, filing, private=case.private, moderation=withheld)


def _draft(city: Jurisdiction, case: ServiceRequest, part: Part) -> Draft:
    place = case.place
    return Draft.of(
        city.key,
        part.service_code,
        lat=str(place.lat) if place else "",
        long=str(place.long) if place else "",
        lines={name: getattr(case, name) or "" for name in ("address", "address_id", "zipcode", "language")},
        description=part.description,
        channel=Intake.SPLIT,
    )
