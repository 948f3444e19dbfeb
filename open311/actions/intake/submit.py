"""File a service request: the one way in for every channel, from a ``Draft``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.actions.base.environment import Environment
from open311.actions.base.idempotency import Once, remembered
from open311.actions.base.transaction import connection, transaction
from open311.actions.intake.filing import Filing, prepare, write
from open311.actions.intake.photos import clean_photos
from open311.actions.publications.publish import publish
from open311.actions.telling.outbox import tell
from open311.adapters.images import CleanImage
from open311.catalog.city import Jurisdiction
from open311.domain.definition import check_answers
from open311.domain.draft import Draft
from open311.domain.errors import InvalidDraft, UnknownService


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
    filing = prepare(jurisdiction, service, draft, answers, api_client)
    return _file(environment, filing, clean_photos(draft.photos), once)


@transaction
def _file(environment: Environment, filing: Filing, photos: Sequence[CleanImage], once: Once | None) -> Receipt:
    if once and (before := remembered(once, filing.jurisdiction.key, filing.api_client)):
        return Receipt(**before)
    filed = write(environment, filing, photos)
    receipt = Receipt(filed.service_request_id, filed.token, filing.service.service_notice)
    if once:
        once.keep(filing.jurisdiction.key, filing.api_client, receipt)
    return receipt


_NUMBER = """
UPDATE service_request SET service_request_id = nextval('service_request_number')::text
WHERE key = %s AND service_request_id IS NULL RETURNING jurisdiction
"""


@transaction
def give_number(environment: Environment, key: int) -> None:
    """Give a ``batch`` service request its number and publish it; doing so again changes nothing."""
    if row := connection().execute(_NUMBER, (key,)).fetchone():
        publish(environment, [key])
        tell(environment, row[0], key)
