"""What somebody reported, in their own words, and where it is."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.cases.case import locked_key
from open311.actions.cases.redact import TOMBSTONE
from open311.actions.privacy.kind import Erasure, Kind, Section, Tally
from open311.models.base import database
from open311.queries.privacy.sections import SERVICE_REQUESTS
from open311.queries.reading import Statement

_WORDS = Statement(
    """
    UPDATE service_request SET description = CASE WHEN description IS NOT NULL THEN :tombstone END, media_url = NULL,
        version = version + 1
    WHERE key = ANY(:cases) AND (description <> :tombstone OR media_url IS NOT NULL)
    """
)


def _erase(environment: Environment, erasure: Erasure) -> None:
    """Take all their words, as no program knows which are about somebody; and addresses that name them."""
    write(_WORDS, {"tombstone": TOMBSTONE, "cases": erasure.subject.cases})
    for key in erasure.subject.cases:
        case = locked_key(key)
        if erasure.marks.are_in(case.address):
            case.address = TOMBSTONE
    database.session.flush()  # so that the entry that notes the erasing does not note what the address was


KIND = Kind(
    rank=20,
    columns="""
    service_request: description status_notes address address_id zipcode point media_url language channel api_client
    """,
    section=Section("service_requests", "What you reported", SERVICE_REQUESTS),
    tally=Tally("service_requests", lambda subject: len(subject.cases)),
    erase=_erase,
    stays="The place, as exact as the service publishes it, and what staff answered: they are the city's record.",
)
