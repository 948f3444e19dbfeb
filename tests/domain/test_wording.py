"""Wordings: which is chosen, in which language, and how placeholders are filled."""

from __future__ import annotations

import pytest

from open311.domain.event import Event
from open311.domain.lifecycle import Outcome
from open311.domain.wording import Chapter, Wording, Wordings, fill, placeholders, put


def said(words: str, *languages: str) -> dict[str, Wording]:
    """The same words in each language, marked with it."""
    return {language: Wording(f"{words} {language}", "", language) for language in languages}


WORDINGS = Wordings(
    languages=("en", "es"),
    common=Chapter(
        {Event.CLOSED: said("closed", "en", "es"), Event.RECEIVED: said("received", "en", "es", "vi")},
        {Outcome.NOT_FOUND: said("not found", "en")},
    ),
    services={"TREE": Chapter({Event.RECEIVED: said("a tree", "en")})},
    phrases={"end": {"en": "Stop {what}", "es": "Basta"}, "yes": {"en": "Yes"}},
)


@pytest.mark.parametrize(
    ("event", "language", "more", "subject"),
    [
        (Event.CLOSED, None, {}, "closed en"),
        (Event.CLOSED, "es", {}, "closed es"),
        (Event.CLOSED, "es-MX", {}, "closed es"),
        (Event.CLOSED, "fr", {}, "closed en"),
        (Event.CLOSED, " ", {}, "closed en"),
        (Event.CLOSED, None, {"outcome": Outcome.NOT_FOUND}, "not found en"),
        (Event.CLOSED, None, {"outcome": Outcome.RESOLVED}, "closed en"),
        (Event.CLOSED, "es", {"outcome": Outcome.NOT_FOUND}, "closed es"),
        (Event.RECEIVED, "en", {"outcome": Outcome.NOT_FOUND}, "received en"),
        (Event.RECEIVED, "vi", {}, "received vi"),
        (Event.RECEIVED, "en", {"service_code": "TREE"}, "a tree en"),
        (Event.RECEIVED, "es", {"service_code": "TREE"}, "received es"),
        (Event.RECEIVED, "en", {"service_code": "OTHER"}, "received en"),
    ],
)
def test_a_readers_language_comes_before_closer_words(
    event: Event, language: str | None, more: dict[str, object], subject: str
) -> None:
    assert WORDINGS.find(event, language, **more).subject == subject  # type: ignore[arg-type]


def test_an_event_that_the_city_has_no_words_for_is_an_error() -> None:
    with pytest.raises(KeyError):
        WORDINGS.find(Event.COMMENT, "en")


@pytest.mark.parametrize(
    ("phrase", "language", "words"),
    [("end", "en", "Stop it"), ("end", "es-PR", "Basta"), ("end", "fr", "Stop it"), ("yes", "es", "Yes")],
)
def test_a_phrase_is_said_in_the_nearest_language(phrase: str, language: str, words: str) -> None:
    assert WORDINGS.say(phrase, language, what="it") == words


@pytest.mark.parametrize(
    ("languages", "best"), [(["fr", "es-MX"], "es"), (["fr"], "en"), ([], "en"), (["en-GB", "es"], "en")]
)
def test_of_several_languages_the_first_that_is_spoken_is_taken(languages: list[str], best: str) -> None:
    assert WORDINGS.best(languages, "end") == best


@pytest.mark.parametrize(
    ("body", "facts", "paragraphs"),
    [
        ("One.\n\nTwo.", {}, ("One.", "Two.")),
        ("{a}\n\n{b} and {a}\n\nEnd", {"a": "A"}, ("A", "End")),
        ("{a}", {"a": ""}, ()),
        ("{a}", {"a": "{b}", "b": "B"}, ("{b}",)),
        ("  One.\n \n\nTwo.  ", {}, ("One.", "Two.")),
    ],
)
def test_a_paragraph_without_its_facts_is_left_out(
    body: str, facts: dict[str, str], paragraphs: tuple[str, ...]
) -> None:
    assert fill(Wording("s", body), facts).paragraphs == paragraphs


def test_a_subject_is_one_line_whatever_is_put_in() -> None:
    assert fill(Wording("{a}:  {b}", ""), {"a": "A\r\nBcc: x", "b": ""}).subject == "A Bcc: x:"


def test_placeholders_are_names_between_braces() -> None:
    assert placeholders("{a} and {b}, {a}") == {"a", "b"}
    assert put("{a}{unknown}", {"a": "A"}) == "A"
