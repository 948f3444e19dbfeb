"""Ready texts in forms: which of ``config/replies.yaml`` are offered, and what they say about a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.domain.exposure import Precision
from open311.domain.lifecycle import Status
from open311.domain.public_place import public_address
from open311.domain.reply import Reply, fitting
from open311.domain.wording import Wording, fill
from open311.entrypoints.console.blueprint import city
from open311.queries.cases.crew import Task
from open311.queries.cases.in_hand import CaseInHand
from open311.web import phrases
from open311.wire.facts import CaseFacts


@dataclass(frozen=True)
class Offered:
    """A ready text in one language; ``value`` names it in the form."""

    value: str
    label: str
    reply: Reply
    language: str


def offers(case: CaseInHand, statuses: Sequence[Status]) -> dict[str, list[Offered]]:
    """The ready texts that fit a case, by the name of the state they bring.

    The most specific comes first, and each in the reporter's language before others.
    """
    found: dict[str, list[Offered]] = {}
    for reply in fitting(city().replies, statuses, case.service_code):
        spoken = [each for each in city().wordings.fallbacks(case.language) if each in reply.texts]
        for language in dict.fromkeys([*spoken, *reply.texts]):
            label = f"{reply.name} ({phrases.language_name(language)})"
            found.setdefault(phrases.state(reply.status), []).append(
                Offered(f"{reply.name}|{language}", label, reply, language)
            )
    return found


def chosen(case: CaseInHand, statuses: Sequence[Status], value: str) -> Offered | None:
    """The ready text that a form names, if it is one of those offered."""
    return next((each for group in offers(case, statuses).values() for each in group if each.value == value), None)


def text_of(case: CaseInHand | Task, reply: Reply, language: str) -> str:
    """A ready text about a case. A paragraph that needs a fact which the case does not have is left out."""
    service = city().services.get(case.service_code)
    facts = CaseFacts(
        number=case.number,
        service=case.service_name,
        department=case.agency_responsible,
        place=public_address(case.address, service.location if service else Precision.BOUNDARY),
        expected=case.expected_datetime,
    )
    filled = facts.filled(city().name, city().timezone, language)
    return "\n\n".join(fill(Wording("", reply.texts[language]), filled).paragraphs)
