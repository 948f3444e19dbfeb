"""Words that look like personal data: published after all, taken out, or held back again. Each can be undone."""

from __future__ import annotations

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, write
from open311.actions.cases.case import aside, locked
from open311.actions.publications.personal import personal_in
from open311.domain.case_ref import CaseRef
from open311.domain.errors import InvalidArgument
from open311.domain.exposure import Moderation
from open311.domain.personal_data import Finding, without
from open311.domain.roles import Act
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.held_words import original_words, public_texts
from open311.queries.reading import Statement

_KEEP = Statement(
    """
    INSERT INTO original_words (service_request, field, words) VALUES (:key, :field, :words)
    ON CONFLICT (service_request, field) DO NOTHING
    """
)
_FORGET = Statement("DELETE FROM original_words WHERE service_request = :key")
_ANSWER = Statement(
    """
    UPDATE answer SET values = ARRAY[CAST(:words AS text)], names = ARRAY[CAST(:words AS text)]
    WHERE service_request = :key AND code = :code AND public
    """
)


@transaction
def publish_words(environment: Environment, ref: CaseRef, actor: Actor) -> None:
    """Show everybody what a resident wrote, as it is.

    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    case = locked(ref, actor, Act.MODERATE)
    _decide(case, [])
    aside(environment, case, "moderation", actor, "What the reporter wrote was published as it is.")


@transaction
def remove_personal(environment: Environment, ref: CaseRef, actor: Actor) -> None:
    """Put a mark such as ``[phone number removed]`` in place of what looks like personal data, and publish the rest.

    The words as they were are kept for staff until the reporter's data is forgotten.

    :raises InvalidArgument: when nothing looks like personal data.
    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    case = locked(ref, actor, Act.MODERATE)
    texts, found = public_texts(case.key), _found(environment, case)
    if not found:
        raise InvalidArgument("nothing here looks like personal data")
    for field, findings in found.items():
        write(_KEEP, {"key": case.key, "field": field, "words": texts[field]})
        _write(case, field, without(texts[field], findings))
    _decide(case, [])
    kinds = sorted({each.kind for findings in found.values() for each in findings})
    aside(environment, case, "moderation", actor, f"Removed from what the reporter wrote: {', '.join(kinds)}.")


@transaction
def hold_words(environment: Environment, ref: CaseRef, actor: Actor) -> None:
    """Undo a decision: what was removed is put back, and what looks like personal data is withheld again.

    :raises InvalidArgument: when nothing looks like personal data.
    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    case = locked(ref, actor, Act.MODERATE)
    for field, words in original_words(case.key).items():
        _write(case, field, words)
    write(_FORGET, {"key": case.key})
    found = _found(environment, case, {"description": case.description, "address": case.address})
    if not found:
        raise InvalidArgument("nothing here looks like personal data")
    case.withheld = sorted(found)
    aside(environment, case, "moderation", actor, "What looks like personal data is withheld.")


def _decide(case: ServiceRequest, withheld: list[str]) -> None:
    case.withheld = withheld
    if case.moderation == Moderation.PENDING:
        case.moderation = Moderation.APPROVED


def _found(
    environment: Environment, case: ServiceRequest, changed: dict[str, str | None] | None = None
) -> dict[str, list[Finding]]:
    city = environment.city.jurisdictions[case.jurisdiction]
    texts = {**public_texts(case.key), **(changed or {})}
    found = {field: personal_in(city, text) for field, text in texts.items()}
    return {field: findings for field, findings in found.items() if findings}


def _write(case: ServiceRequest, field: str, words: str) -> None:
    kind, _, code = field.partition(":")
    if kind == "answer":
        write(_ANSWER, {"key": case.key, "code": code, "words": words})
    else:
        setattr(case, kind, words)
