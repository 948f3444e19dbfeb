"""Letters: the city's words with the facts in them, readable as text, safe as HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from open311.catalog.location import city_directory
from open311.catalog.read import read_city
from open311.domain.event import Event
from open311.domain.lifecycle import Outcome
from open311.domain.wording import Chapter, Wording, Wordings, fill
from open311.wire.facts import CaseFacts, day
from open311.wire.letter import Envelope, compose, html, mail, plain, short

CITY = read_city(city_directory()).jurisdictions["phila.gov"]
FACTS = {
    "city": CITY.name,
    "number": "1000001",
    "service": "Graffiti Removal",
    "department": "CLIP",
    "text": "We painted it over.",
    "followed": "report 1000001",
    "news": "• something",
    "scheduled": "Monday",
}
LINKS = {"end": "https://311.example.org/follow/end/abc", "fixed": "https://311.example.org/fixed/def"}
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("event", list(Event))
def test_every_event_has_words_in_every_language_and_leaves_no_placeholder(event: Event, language: str) -> None:
    letter = compose(CITY.wordings, event, FACTS, language=language, links=LINKS)
    assert letter.text.language == language
    assert letter.text.paragraphs
    for written in (plain(letter), html(letter), short(letter), letter.text.subject):
        assert "{" not in written.replace("{language}", "")
        assert written.strip()


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_says_what_staff_wrote_and_ends_differently(outcome: Outcome) -> None:
    letter = compose(CITY.wordings, Event.CLOSED, FACTS, outcome=outcome)
    plainly = compose(CITY.wordings, Event.CLOSED, FACTS)
    assert letter.text.paragraphs[-1] == FACTS["text"]
    assert letter.text.paragraphs[0] != plainly.text.paragraphs[0]


def test_a_paragraph_with_nothing_to_say_is_left_out() -> None:
    told = fill(
        Wording("{service}", "One {service}.\n\nBy {expected}.\n\n{text}"), {"service": "Tires", "text": "Yes."}
    )
    assert told.paragraphs == ("One Tires.", "Yes.")


def test_what_is_filled_in_is_not_read_for_placeholders() -> None:
    told = fill(Wording("s", "{text} {service}"), {"text": "{service}", "service": "Tires"})
    assert told.paragraphs == ("{service} Tires",)


def test_a_service_may_have_words_of_its_own() -> None:
    letter = compose(CITY.wordings, Event.RECEIVED, FACTS, service_code="SR-MI01")
    assert letter.text.subject == "Your question 1000001: we have it"


def test_what_people_wrote_cannot_become_markup_or_a_header() -> None:
    facts = {**FACTS, "text": "<script>alert(1)</script>\nBcc: x@example.org", "service": "A\r\nBcc: x@example.org"}
    message = mail(compose(CITY.wordings, Event.CLOSED, facts, links=LINKS), envelope())
    assert message["Bcc"] is None
    page = message.get_body(("html",))
    assert page is not None
    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attributes: object) -> None:
            tags.append(tag)

    Tags().feed(page.get_content())
    assert "script" not in tags
    assert not {"img", "link", "iframe"} & set(tags)  # nothing from elsewhere


def envelope(thread: str | None = None) -> Envelope:
    return Envelope("311@example.org", "City: of «Ph»", "ask@example.org", "a@example.org", "<1@x>", thread, NOON)


def test_a_mail_has_all_that_mail_programs_need() -> None:
    letter = compose(CITY.wordings, Event.CLOSED, FACTS, language="es", links=LINKS)
    message = mail(letter, envelope("<0@x>"))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Message-ID"] == "<1@x>"
    assert message["References"] == message["In-Reply-To"] == "<0@x>"
    assert message["List-Unsubscribe"].strip() == f"<{LINKS['end']}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "es"
    assert message["From"].addresses[0].addr_spec == "311@example.org"
    assert message["Reply-To"] == "ask@example.org"


def test_the_text_has_short_lines_and_whole_links() -> None:
    facts = {**FACTS, "text": "word " * 60}
    written = plain(compose(CITY.wordings, Event.CLOSED, facts, links=LINKS))
    assert all(len(line) <= 76 for line in written.splitlines() if "https://" not in line)
    assert set(LINKS.values()) <= set(written.split())


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Wednesday, November 25, 2026"),
        ("es", "miércoles, 25 de noviembre de 2026"),
        ("es-MX", "miércoles, 25 de noviembre de 2026"),
        ("nonsense!", "Wednesday, November 25, 2026"),
        (None, "Wednesday, November 25, 2026"),
    ],
)
def test_a_day_is_written_in_the_language_and_zone_of_the_city(language: str | None, written: str) -> None:
    assert day(datetime(2026, 11, 26, 3, tzinfo=UTC), "America/New_York", language) == written
    assert day(None, "America/New_York", language) == ""


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        (datetime(2026, 11, 25, 5, tzinfo=UTC), "Tuesday, November 24, 2026"),  # midnight, at the end of Tuesday
        (datetime(2026, 11, 25, 22, tzinfo=UTC), "Wednesday, November 25, 2026"),
    ],
)
def test_what_is_due_at_midnight_is_due_by_the_day_that_ends(expected: datetime, written: str) -> None:
    facts = CaseFacts("1", "Tires", "Streets", expected=expected)
    assert facts.filled("City", "America/New_York", "en")["expected"] == written


ITALIAN = Wordings(
    languages=("it", "en"),
    common=Chapter({Event.CLOSED: {"it": Wording("Chiuso {service}", "Entro {expected}", "it")}}),
    built_in=CITY.wordings.built_in,
    phrases={**CITY.wordings.phrases, "offer_fixed": {"it": "È a posto?", "en": "Was it fixed?"}},
)


def test_what_a_letter_says_in_another_language_is_marked() -> None:
    letter = compose(ITALIAN, Event.CLOSED, FACTS, language="ko", links=LINKS)
    assert (letter.text.language, letter.text.subject) == ("it", "Chiuso Graffiti Removal")
    page = html(letter)
    assert '<html lang="it" dir="ltr">' in page
    assert ">È a posto?<" in page
    assert '<span lang="en" dir="ltr">Nobody reads answers to this mail.</span>' in page
    assert mail(letter, envelope())["Content-Language"] == "it"


def test_a_letter_is_wholly_in_the_language_of_its_wording() -> None:
    letter = compose(ITALIAN, Event.REOPENED, FACTS, language="ko", links=LINKS)  # Italian has no words for it
    assert letter.text.language == "en"
    assert {each.label.language for each in letter.offers} == {"en"}
    assert "<span lang" not in html(letter)


def test_a_letter_that_runs_from_the_right_says_so() -> None:
    arabic = Wordings(
        ("ar",), Chapter({Event.CLOSED: {"ar": Wording("مغلق", "تم", "ar")}}), {}, Chapter(), CITY.wordings.phrases
    )
    assert '<html lang="ar" dir="rtl">' in html(compose(arabic, Event.CLOSED, FACTS))
