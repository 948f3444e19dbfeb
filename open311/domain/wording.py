"""The city's words for what it tells people: chosen by event, outcome, service and language, and filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from open311.domain.event import Event
from open311.domain.lifecycle import Outcome

LETTER_PHRASES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("do_confirm", "do_sign_in", "do_set_password"),
            *("offer_updates", "offer_answer", "offer_fixed", "offer_end", "nobody_reads", "followed_area", "held"),
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
    """Return the names between braces in a text."""
    return set(_PLACEHOLDER.findall(text))


@dataclass(frozen=True, slots=True)
class Wording:
    """A subject line and a body, both with placeholders; paragraphs are separated by empty lines."""

    subject: str
    body: str
    language: str = ""
    """The language of the words, as a BCP 47 tag."""


@dataclass(frozen=True, slots=True)
class FilledText:
    """A wording whose placeholders have been replaced."""

    subject: str
    paragraphs: tuple[str, ...]
    language: str


ByLanguage = Mapping[str, Wording]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Wordings by event, and by outcome for closings that say more than "closed"."""

    events: Mapping[Event, ByLanguage] = field(default_factory=dict)
    outcomes: Mapping[Outcome, ByLanguage] = field(default_factory=dict)

    def find(self, event: Event, outcome: Outcome | None, language: str) -> Wording | None:
        """Return the most specific wording in one language, or None."""
        found = self.outcomes.get(outcome, {}).get(language) if event is Event.CLOSED and outcome else None
        return found or self.events.get(event, {}).get(language)


@dataclass(frozen=True, slots=True)
class Wordings:
    """All texts of a jurisdiction: its wordings, those of single services, and phrases."""

    languages: tuple[str, ...] = ("en",)
    """The languages that the jurisdiction speaks, its own first."""
    common: Chapter = field(default_factory=Chapter)
    services: Mapping[str, Chapter] = field(default_factory=dict)
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fallbacks(self, language: str | None) -> tuple[str, ...]:
        """Return the languages to look in for a reader of ``language``: it, its base language, the city's own."""
        wanted = (language or "").strip()
        return tuple(dict.fromkeys(each for each in (wanted, wanted.partition("-")[0], self.languages[0]) if each))

    def find(
        self, event: Event, language: str | None, *, outcome: Outcome | None = None, service_code: str = ""
    ) -> Wording:
        """Return the wording for an event; the reader's language matters more than a wording of the service's own.

        :raises KeyError: when no language has one, which ``open311 catalog check`` reports.
        """
        for tongue in (*self.fallbacks(language), *self.common.events[event]):
            for chapter in (self.services.get(service_code), self.common):
                if chapter and (found := chapter.find(event, outcome, tongue)):
                    return found
        raise KeyError(event)

    def say(self, phrase: str, language: str | None, /, **facts: str) -> str:
        """Return a phrase of a letter or a feed, such as the label of a link, with its placeholders replaced."""
        said = self.phrases[phrase]
        return put(next(said[tongue] for tongue in (*self.fallbacks(language), *said) if tongue in said), facts)

    def best(self, languages: Iterable[str]) -> str:
        """Return the first of these languages that has phrases, or the city's own."""
        known = next(iter(self.phrases.values()))
        found = (tongue for each in languages for tongue in (each, each.partition("-")[0]) if tongue in known)
        return next(found, self.languages[0])


def fill(wording: Wording, facts: Mapping[str, str]) -> FilledText:
    """Replace the placeholders of a wording; a paragraph that needs a fact which is missing is left out.

    What is put in is not read again for placeholders.
    """
    complete = [
        put(paragraph, facts)
        for paragraph in re.split(r"\n\s*\n", wording.body.strip())
        if all(facts.get(name) for name in placeholders(paragraph))
    ]
    subject = " ".join(put(wording.subject, facts).split())
    return FilledText(subject, tuple(complete), wording.language)


def put(text: str, facts: Mapping[str, str]) -> str:
    """Return the text with facts in place of its placeholders; a missing fact leaves nothing."""
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], ""), text)
