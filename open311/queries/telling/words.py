"""The words of messages: what a letter says, and what its receiver follows. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from open311.catalog.city import Jurisdiction
from open311.domain.boundary_name import BoundaryName
from open311.domain.event import Subject
from open311.domain.lifecycle import Outcome
from open311.domain.news import Target, TargetKind
from open311.queries.telling.messages import Message, messages_of_digest
from open311.wire.letter import Letter, compose


def letter_of(jurisdiction: Jurisdiction, message: Message, links: Mapping[str, str]) -> Letter:
    """Write the letter of a message, offering ``links`` (URLs by purpose)."""
    wordings, outcome = jurisdiction.wordings, Outcome(message.outcome) if message.outcome else None
    code = message.service_code or ""
    language = wordings.find(message.event, message.language, outcome=outcome, service_code=code).language
    facts = {"city": jurisdiction.name, **_FACTS[message.event.kind.subject](jurisdiction, message, language)}
    if message.target:
        facts["followed"] = followed_words(jurisdiction, language, message.target, message.number)
    return compose(
        wordings,
        message.event,
        facts,
        language=language,
        outcome=outcome,
        service_code=code,
        links=links,
        answered=bool(jurisdiction.email),
    )


def _case_facts(jurisdiction: Jurisdiction, message: Message, language: str) -> dict[str, str]:
    facts = message.facts.filled(jurisdiction.name, jurisdiction.timezone, language)
    held = message.withheld and message.reporter
    return {**facts, "held": jurisdiction.wordings.say("held", language) if held else ""}


def _news(jurisdiction: Jurisdiction, message: Message, _: str) -> dict[str, str]:
    return {"news": "\n".join(_line(jurisdiction, each) for each in messages_of_digest(message.key))}


def _line(jurisdiction: Jurisdiction, message: Message) -> str:
    """Return a message as a line of a digest: the subject that its letter would have, and what staff wrote."""
    subject = letter_of(jurisdiction, message, {}).text.subject
    written = " ".join((message.text or "").split())
    return f"• {subject} — {written}" if written else f"• {subject}"


_FACTS: Mapping[Subject, Callable[[Jurisdiction, Message, str], dict[str, str]]] = {
    Subject.SERVICE_REQUEST: _case_facts,
    Subject.DIGEST: _news,
    Subject.FOLLOWING: lambda *_: {},
}
"""Where the facts of a message come from, by what it is about."""


def followed_words(jurisdiction: Jurisdiction, language: str | None, target: str, number: str | None) -> str:
    """Return what somebody follows in words, such as ``report 1000001`` or ``reports in Ward 5``.

    ``target`` is in its written form; ``number`` is that of the service request, where it is one.
    """
    followed = Target.read(target)
    name = _NAMES[followed.kind](jurisdiction, followed.id) if followed.kind in _NAMES else ""
    return jurisdiction.wordings.say(followed.kind.phrase, language, number=number or "", name=name)


def _service_name(jurisdiction: Jurisdiction, service_code: str) -> str:
    service = jurisdiction.services.get(service_code)
    return service.service_name if service else ""


def _boundary_name(jurisdiction: Jurisdiction, boundary: str) -> str:
    name = BoundaryName.read(boundary)
    known = jurisdiction.layers.get(name.layer)
    return f"{known.name if known else name.layer} {name.code}"


_NAMES: Mapping[TargetKind, Callable[[Jurisdiction, str], str]] = {
    TargetKind.SERVICE: _service_name,
    TargetKind.BOUNDARY: _boundary_name,
}
"""What a target is called, by its kind; those that are missing have no name of their own."""
