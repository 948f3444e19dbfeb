"""The city's words for what it tells people: chosen by event, outcome, service and language, and filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from open311.domain.event import OF_ACCOUNTS, OF_CASES, OF_STAFF, Event
from open311.domain.lifecycle import Outcome

ALWAYS = frozenset({"city"})
ABOUT_ONE = ALWAYS | {"number", "service", "department", "place", "text", "expected", "scheduled"}
KNOWN: Mapping[Event, frozenset[str]] = {
    **dict.fromkeys(OF_CASES, ABOUT_ONE),
    **dict.fromkeys(OF_STAFF, ABOUT_ONE),
    **dict.fromkeys(OF_ACCOUNTS, ALWAYS),
    Event.CONFIRM: ALWAYS | {"followed"},
    Event.DIGEST: ALWAYS | {"followed", "news"},
}
"""Which placeholders a text may have, by event; ``config/texts.yaml`` tells what they are."""

LETTER_PHRASES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("do_confirm", "do_sign_in", "do_set_password"),
            *("offer_updates", "offer_answer", "offer_fixed", "offer_end", "nobody_reads", "followed_area"),
            *("open", "closed"),
        ),
        frozenset[str](),
    ),
    "followed_request": frozenset({"number"}),
    "followed_service": frozenset({"name"}),
    "followed_boundary": frozenset({"name"}),
    "feed_title": frozenset({"city"}),
    "feed_entry": frozenset({"service", "number", "status"}),
}
"""Small pieces of letters and feeds, and the placeholders of each. Words of pages are in ``translations/``."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(text: str) -> set[str]:
    """The names between braces."""
    return set(_PLACEHOLDER.findall(text))


@dataclass(frozen=True, slots=True)
class Wording:
    """A subject and paragraphs with placeholders; ``language`` is that of the words."""

    subject: str
    body: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A wording, filled in."""

    subject: str
    paragraphs: tuple[str, ...]
    language: str


ByLanguage = Mapping[str, Wording]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Words by event, and by outcome for those that say more than "closed"."""

    events: Mapping[Event, ByLanguage] = field(default_factory=dict)
    outcomes: Mapping[Outcome, ByLanguage] = field(default_factory=dict)

    def find(self, event: Event, outcome: Outcome | None, language: str) -> Wording | None:
        """The most particular words in one language."""
        found = self.outcomes.get(outcome, {}).get(language) if event is Event.CLOSED and outcome else None
        return found or self.events.get(event, {}).get(language)


@dataclass(frozen=True, slots=True)
class Wordings:
    """All texts of a jurisdiction. ``languages`` are those it speaks, the first its own."""

    languages: tuple[str, ...] = ("en",)
    common: Chapter = field(default_factory=Chapter)
    services: Mapping[str, Chapter] = field(default_factory=dict)
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def tongues(self, language: str | None) -> tuple[str, ...]:
        """Languages to look in, for somebody who reads ``language``: it, its family, and the city's own."""
        wanted = (language or "").strip()
        return tuple(dict.fromkeys(each for each in (wanted, wanted.partition("-")[0], self.languages[0]) if each))

    def find(
        self, event: Event, language: str | None, *, outcome: Outcome | None = None, service_code: str = ""
    ) -> Wording:
        """The words for an event; a reader's language comes before words that fit a service better.

        :raises KeyError: the city's own language has none; ``catalog check`` says so.
        """
        for tongue in (*self.tongues(language), *self.common.events[event]):
            for chapter in (self.services.get(service_code), self.common):
                if chapter and (found := chapter.find(event, outcome, tongue)):
                    return found
        raise KeyError(event)

    def say(self, phrase: str, language: str | None, /, **facts: str) -> str:
        """A small piece of a letter or a feed, like the words on a button."""
        said = self.phrases[phrase]
        return put(next(said[tongue] for tongue in (*self.tongues(language), *said) if tongue in said), facts)

    def best(self, languages: Iterable[str]) -> str:
        """The first of these that phrases are there in; the city's own where there is none."""
        known = next(iter(self.phrases.values()))
        found = (tongue for each in languages for tongue in (each, each.partition("-")[0]) if tongue in known)
        return next(found, self.languages[0])


def fill(wording: Wording, facts: Mapping[str, str]) -> Told:
    """Put facts in for placeholders; a paragraph that needs a fact which is not there is left out.

    What is put in is never read again for placeholders.
    """
    kept = [
        put(paragraph, facts)
        for paragraph in re.split(r"\n\s*\n", wording.body.strip())
        if all(facts.get(name) for name in placeholders(paragraph))
    ]
    subject = " ".join(put(wording.subject, facts).split())
    return Told(subject, tuple(kept), wording.language)


def put(text: str, facts: Mapping[str, str]) -> str:
    """One text with facts in place of its placeholders."""
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], ""), text)
