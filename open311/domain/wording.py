"""The city's words for what it tells people: chosen by event, outcome, service and language, and filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from open311.domain.event import Event
from open311.domain.language import SOURCE_LANGUAGE, with_families
from open311.domain.lifecycle import Outcome

FEED_PHRASES = ("feed_title", "feed_entry", "open", "closed")
"""The phrases of which feeds are made."""
IN_EVERY_LETTER = "nobody_reads"
"""The phrase at the foot of every letter: who speaks it in a language can write letters in it."""
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
class Said:
    """Words, and the language that they are in."""

    text: str
    language: str

    def __str__(self) -> str:
        """Return the words."""
        return self.text


@dataclass(frozen=True, slots=True)
class Wordings:
    """All texts of a jurisdiction: its wordings, those of single services, and phrases.

    What the city's file lacks is in ``built_in``, the server's own words. Each text is looked for in the reader's
    language, then in the city's own, then in English, and says in which it was found: whatever stands beside it (days,
    phrases, ``lang``) is to be in that one.
    """

    languages: tuple[str, ...] = ("en",)
    """The languages that the jurisdiction speaks, its own first."""
    common: Chapter = field(default_factory=Chapter)
    services: Mapping[str, Chapter] = field(default_factory=dict)
    built_in: Chapter = field(default_factory=Chapter)
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fallbacks(self, language: str | None) -> tuple[str, ...]:
        """Return the languages to look in for a reader of ``language``: it, the city's own, each with its family."""
        return with_families([language, self.languages[0]])

    def find(
        self, event: Event, language: str | None, *, outcome: Outcome | None = None, service_code: str = ""
    ) -> Wording:
        """Return the wording for an event; the reader's language matters more than a wording of the service's own.

        :raises KeyError: when no language has one.
        """
        chapters = [each for each in (self.services.get(service_code), self.common, self.built_in) if each]
        known = (tongue for each in chapters for tongue in each.events.get(event, ()))
        for tongue in (*self.fallbacks(language), SOURCE_LANGUAGE, *known):
            for chapter in chapters:
                if found := chapter.find(event, outcome, tongue):
                    return found
        raise KeyError(event)

    def say(self, phrase: str, language: str | None, /, **facts: str) -> str:
        """Return a phrase of a letter or a feed, such as the label of a link, with its placeholders replaced."""
        return self.said(phrase, language, **facts).text

    def said(self, phrase: str, language: str | None, /, **facts: str) -> Said:
        """Return a phrase with its placeholders replaced, and the language that it was found in."""
        known = self.phrases[phrase]
        tongue = next(each for each in (*self.fallbacks(language), SOURCE_LANGUAGE, *known) if each in known)
        return Said(put(known[tongue], facts), tongue)

    def best(self, languages: Iterable[str], *phrases: str) -> str:
        """Return the first of these languages that has all phrases of a document; else the city's own, else English."""
        wanted = with_families([*languages, self.languages[0], SOURCE_LANGUAGE])
        return next((each for each in wanted if all(each in self.phrases[name] for name in phrases)), SOURCE_LANGUAGE)


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
