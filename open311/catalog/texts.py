"""The words of letters, ``config/texts.yaml``: check them against the events that the server knows, and build them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from open311.catalog.faults import Fault
from open311.catalog.files import Files, text
from open311.catalog.shape import check_shape, read_schema
from open311.catalog.source import Source, Where
from open311.domain.event import Event
from open311.domain.language import with_families
from open311.domain.lifecycle import Outcome
from open311.domain.wording import LETTER_PHRASES, ByLanguage, Chapter, Wording, Wordings, placeholders

_EVENTS = frozenset(event.value for event in Event)


def build_wordings(files: Files, languages: tuple[str, ...]) -> Wordings:
    """Build the words of one jurisdiction from the checked file, if it has one, and the server's own."""
    built_in, data = files.built_in.texts.data, files.texts.data if files.texts else {}
    own = data.get("phrases", {})
    return Wordings(
        languages=languages,
        common=_chapter(data),
        services={code: _chapter(item) for code, item in (data or built_in).get("services", {}).items()},
        built_in=_chapter(built_in),
        phrases={name: {**said, **own.get(name, {})} for name, said in built_in["phrases"].items()},
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
    """Find unknown placeholders, phrases and services."""
    if not isinstance(source.data, dict):
        return
    codes = {text(each.data, "service_code") for each in files.services if isinstance(each.data, dict)}
    yield from _known(source, (), source.data)
    for code, item in _mapping(source.data.get("services")).items():
        if code not in codes:
            yield source.fault(("services", code), f"there is no service {code!r}")
        yield from _known(source, ("services", code), item)
    for name, said in _mapping(source.data.get("phrases")).items():
        if name not in LETTER_PHRASES:
            yield source.fault(("phrases", name), "nothing says this phrase")
            continue
        for language, words in _mapping(said).items():
            yield from _placeholders(source, ("phrases", name, language), str(words), LETTER_PHRASES[name])


def remarks_on_texts(files: Files) -> Iterator[Fault]:
    """Find what letters and feeds say in the server's own words, or in English, although the city has a language."""
    for where, item in files.city.entries("jurisdictions") if files.city else ():
        if "like" in item and "languages" not in item:
            continue
        language = item.get("languages", ["en"])[0]
        tongues = with_families([language])
        own = _said_in(files.texts, tongues) if files.texts else set()
        built_in = _said_in(files.built_in.texts, tongues)
        english = _ALL - own - built_in
        if files.texts and (ours := (_ALL - own) & built_in):
            yield files.texts.fault((), f"not said in {language}, so the server's own words are used: {_list(ours)}")
        if english and own | built_in:
            near = files.texts or files.built_in.texts
            yield near.fault((), f"not said in {language}, so it is said in English: {_list(english)}")
        elif english and files.city:
            reason = f"there are no words in {language!r}, so letters and feeds are in English; write config/texts.yaml"
            yield files.city.fault((*where, "languages"), reason)


_ALL = frozenset({*_EVENTS, *LETTER_PHRASES})


def _said_in(source: Source, languages: tuple[str, ...]) -> frozenset[str]:
    """Return the events and phrases that a file says in one of these languages."""
    parts = (source.data.get(part, {}) for part in ("events", "phrases"))
    return frozenset(name for part in parts for name, said in part.items() if any(each in said for each in languages))


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


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
