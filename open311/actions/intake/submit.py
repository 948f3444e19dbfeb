"""File a service request from a ``Draft``: the one way in, for every channel."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from open311.actions.base.actor import REPORTER, Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.idempotency import Once
from open311.actions.base.transaction import transaction, write_returning
from open311.actions.intake.filing import Filing, address_of, prepare, write_service_request
from open311.actions.intake.photos import clean_photos
from open311.actions.intake.withheld import notice
from open311.actions.publications.publish import publish
from open311.actions.telling.notify import tell
from open311.adapters.images import CleanImage
from open311.catalog.city import Jurisdiction
from open311.domain.definition import check_answers
from open311.domain.draft import Draft
from open311.domain.errors import InvalidDraft, UnknownService
from open311.domain.photo import Unkept
from open311.domain.roles import Act, CaseScope
from open311.queries.places.boundaries import boundaries_at
from open311.queries.reading import Statement


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter gets: a number, a token for the number to come, or (``blackbox``) neither."""

    service_request_id: str | None
    token: str | None
    service_notice: str
    """What to tell the reporter: the service's own words, and what of the report could not be kept."""
    media_not_kept: Sequence[Mapping[str, str]] = ()
    """Photos and addresses of photos that were not kept: which (``media``), why (``reason``), in words."""


_LOG = logging.getLogger(__name__)
NO_LETTERS = "No letters can be sent to the e-mail address."


def submit(
    environment: Environment,
    jurisdiction: Jurisdiction,
    draft: Draft,
    actor: Actor = REPORTER,
    *,
    once: Once | None = None,
) -> Receipt:
    """File a draft and publish it, in one transaction.

    ``actor`` is who files it: a reporter, a program with an API key, or staff on behalf of somebody who called or came
    by. Photos that cannot be read, or for which there is no room, are left out, because a photo must never lose a
    report; the receipt says so.

    :raises UnknownService: when the service code is unknown or retired.
    :raises InvalidDraft: when the draft has faults, or answers are missing or wrong; it lists all reasons at once.
    :raises NotAllowed: when staff have no grant that covers filing there.
    :raises KeyReused: when the idempotency key of ``once`` was used before with a different body.
    """
    if not draft.service_code:
        raise InvalidDraft(["service_code required", *draft.faults])
    service = jurisdiction.services.get(draft.service_code)
    if service is None or service.retired:
        unknown = f"service_code {draft.service_code!r} is not a service of {jurisdiction.name}"
        raise UnknownService(unknown, also=draft.faults)
    answers, reasons = check_answers(service.attributes, draft.answers, jurisdiction.timezone)
    if draft.faults or reasons:
        raise InvalidDraft([*draft.faults, *reasons])
    filing = prepare(jurisdiction, service, draft, answers, actor)
    photos, unkept = clean_photos(draft.photos)
    not_kept = [
        _not_kept("media" if len(draft.photos) == 1 else f"media {place}", why) for place, why in unkept.items()
    ]
    not_kept += [_not_kept("media_url", Unkept.NO_ADDRESS)] if draft.media_url_refused else []
    try:
        return _file(environment, filing, photos, not_kept, once)
    except OSError as fault:  # nothing of it was stored; a report is worth more than its photos
        _LOG.error("photos cannot be stored: %s", fault)
        places = [place for place in range(1, len(draft.photos) + 1) if place not in unkept]
        lost = [_not_kept("media" if len(draft.photos) == 1 else f"media {place}", Unkept.NO_ROOM) for place in places]
        return _file(environment, filing, (), [*lost, *not_kept], once)


def _not_kept(media: str, why: Unkept) -> dict[str, str]:
    return {"media": media, "reason": why.value, "description": f"{media} was not kept: {why.said}"}


def _notice(environment: Environment, filing: Filing, not_kept: Sequence[Mapping[str, str]]) -> str:
    """Return what the reporter is told at once: the service's words, what is not public yet, what was not kept."""
    draft = filing.draft
    unreachable = draft.reporter.email and not filing.jurisdiction.sandbox and not address_of(environment, draft)
    said = [f"{each['description'][:1].upper()}{each['description'][1:]}." for each in not_kept]
    unsent = NO_LETTERS if unreachable else ""
    return " ".join(filter(None, [filing.service.service_notice, notice(filing.personal), *said, unsent]))


@transaction
def _file(
    environment: Environment,
    filing: Filing,
    photos: Sequence[CleanImage],
    not_kept: Sequence[Mapping[str, str]],
    once: Once | None,
) -> Receipt:
    jurisdiction, actor = filing.jurisdiction.key, filing.actor
    if once and (before := once.before(jurisdiction, actor.api_client)):
        return Receipt(**before)
    filed = write_service_request(environment, filing, photos)
    if actor.is_staff:
        permit(actor, Act.FILE, f"service_request:{filed.service_request_id or filed.key}", _scope(filing))
    receipt = Receipt(filed.service_request_id, filed.token, _notice(environment, filing, not_kept), tuple(not_kept))
    if once:
        once.remember(jurisdiction, actor.api_client, receipt)
    return receipt


def _scope(filing: Filing) -> CaseScope:
    place, jurisdiction = filing.draft.point, filing.jurisdiction.key
    boundaries = boundaries_at(jurisdiction, place) if place else frozenset[str]()
    return CaseScope(jurisdiction, filing.route.department, filing.service.service_code, boundaries)


_NUMBER = Statement(
    """
    UPDATE service_request SET service_request_id = next_service_request_number(jurisdiction)
    WHERE key = :key AND service_request_id IS NULL RETURNING jurisdiction
    """
)


@transaction
def give_number(environment: Environment, key: int) -> None:
    """Give a service request of a ``batch`` service its number and publish it. Safe to repeat."""
    for (jurisdiction,) in write_returning(_NUMBER, {"key": key}):
        publish(environment, [key])
        tell(environment, jurisdiction, key)
