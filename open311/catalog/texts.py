"""The words of letters, ``config/texts.yaml``: check them against the events that the server knows, and build them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from open311.catalog.faults import Fault
from open311.catalog.files import Files, text
from open311.catalog.shape import check_shape, read_schema
from open311.catalog.source import Source, Where
from open311.domain.event import Event
from open311.domain.lifecycle import Outcome
from open311.domain.wording import LETTER_PHRASES, ByLanguage, Chapter, Wording, Wordings, placeholders

_EVENTS = frozenset(event.value for event in Event)


def build_wordings(source: Source, languages: tuple[str, ...]) -> Wordings:
    """Build the words of one jurisdiction from the checked file."""
    data = source.data
    return Wordings(
        languages=languages,
        common=_chapter(data),
        services={code: _chapter(item) for code, item in data.get("services", {}).items()},
        phrases=data["phrases"],
    )


def _chapter(item: dict[str, Any]) -> Chapter:
    return Chapter(
        events={Event(name): _languages(said) for name, said in item.get("events", {}).items()},
        outcomes={Outcome(name): _languages(said) for name, said in item.get("outcomes", {}).items()},
    )


def _languages(said: dict[str, Any]) -> ByLanguage:
    return {language: Wording(each["subject"], each["body"], language) for language, each in said.items()}


def check_shape_of_texts(source: Source) -> list[Fault]:
    """Find faults in the file's shape, among them names of events and outcomes that the server does not know."""
    return check_shape(source, _schema())


@cache
def _schema() -> dict[str, Any]:
    """Return ``texts.schema.json``, which names no event and no outcome, with a property added for each."""
    schema = read_schema("texts")
    names = {"events": Event, "outcomes": Outcome}
    parts = {part: _with_names(schema["$defs"][part], [*known]) for part, known in names.items()}
    return {**schema, "$defs": {**schema["$defs"], **parts}}


def _with_names(schema: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the schema of a mapping that accepted any key, with ``names`` as the only keys."""
    properties = {str(name): schema["additionalProperties"] for name in names}
    return {**schema, "properties": properties, "additionalProperties": False}


def check_texts(files: Files, source: Source) -> Iterator[Fault]:
    """Find events, phrases and languages that are missing, and unknown placeholders and services."""
    if not isinstance(source.data, dict):
        return
    first = {
        languages[0]
        for item in files.jurisdictions.values()
        if isinstance(languages := item.get("languages", ["en"]), list) and languages
    }
    codes = {text(each.data, "service_code") for each in files.services if isinstance(each.data, dict)}
    yield from _complete(source, ("events",), {event.value: event.kind.subject.placeholders for event in Event}, first)
    yield from _complete(source, ("phrases",), LETTER_PHRASES, first)
    yield from _known(source, (), source.data)
    for code, item in _mapping(source.data.get("services")).items():
        if code not in codes:
            yield source.fault(("services", code), f"there is no service {code!r}")
        yield from _known(source, ("services", code), item)
    for name, said in _mapping(source.data.get("phrases")).items():
        for language, words in _mapping(said).items():
            yield from _placeholders(
                source, ("phrases", name, language), str(words), LETTER_PHRASES.get(name, frozenset())
            )


def _complete(
    source: Source, where: Where, wanted: Mapping[str, frozenset[str]], languages: set[Any]
) -> Iterator[Fault]:
    """Find what is missing in the city's first language, which others fall back to, and unknown phrases."""
    found = _mapping(source.data.get(where[0]))
    for name in wanted:
        missing = sorted(str(each) for each in languages if each not in _mapping(found.get(name)))
        if missing:
            yield source.fault((*where, name), f"{name!r} is missing in {', '.join(missing)}")
    for name in found.keys() - wanted.keys() if where == ("phrases",) else ():
        yield source.fault((*where, name), "nothing says this phrase")


def _known(source: Source, where: Where, item: Any) -> Iterator[Fault]:
    """Find unknown placeholders of events and outcomes, at the top of the file or for a service."""
    for part in ("events", "outcomes"):
        for name, said in _mapping(_mapping(item).get(part)).items():
            event = Event.CLOSED if part == "outcomes" else name
            if event not in _EVENTS:
                continue
            allowed = Event(event).kind.subject.placeholders
            for language, wording in _mapping(said).items():
                for key, words in _mapping(wording).items():
                    yield from _placeholders(source, (*where, part, name, language, key), str(words), allowed)


def _placeholders(source: Source, where: Where, words: str, allowed: frozenset[str]) -> Iterator[Fault]:
    for name in sorted(placeholders(words) - allowed):
        known = ", ".join(f"{{{each}}}" for each in sorted(allowed)) or "none"
        yield source.fault(where, f"{{{name}}} is not known here; known are {known}")


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}
