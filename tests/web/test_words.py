"""Pages in several languages: catalogues are complete, plurals are right, what is said is escaped."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from flask import Flask, render_template_string
from sqlalchemy import Connection

from open311.catalog.city import Jurisdiction
from open311.domain.errors import NotAllowed, StepRefused, TooManyRequests
from open311.domain.language import SOURCE_LANGUAGE
from open311.domain.lifecycle import Lack, Outcome, Status
from open311.domain.priority import Priority
from open311.web import extraction, failures, phrases
from open311.web.catalogues import PACKAGE, translated_languages
from open311.web.language import gettext, ngettext, offered_languages, pick_language, speak
from tests.georeport.small_city import serve, small_city

OFFERED = sorted(translated_languages() - {SOURCE_LANGUAGE})


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("room", extraction.rooms(), ids=lambda room: room.name)
def test_a_room_says_nothing_that_is_missing_in_an_offered_language(room: Path, language: str) -> None:
    assert list(extraction.faults(room, language)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgstr "Elija"', 'msgstr ""', "not translated: Choose one"),
        ('msgid "Choose one"', '#, fuzzy\nmsgid "Choose one"', "marked as unfinished: Choose one"),
        ('msgid "Choose one"', 'msgid "Choose another"', "nobody says it any more: Choose another"),
        ("No le escribiremos más sobre %(followed)s.", "No le escribiremos más sobre %(follow)s.", "placeholder"),
    ],
)
def test_a_fault_of_a_catalogue_is_told(tmp_path: Path, old: str, new: str, fault: str) -> None:
    room = copytree(PACKAGE / "entrypoints" / "portal", tmp_path / "open311" / "portal")
    path = extraction.catalogue_file(room, "es")
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert any(fault in each for each in extraction.faults(room, "es"))


def test_updating_takes_new_messages_and_keeps_what_is_translated(tmp_path: Path) -> None:
    room = copytree(PACKAGE / "entrypoints" / "portal", tmp_path / "open311" / "portal")
    before = extraction.catalogue_file(room, "es").read_text()
    extraction.write(room, "es")
    assert extraction.catalogue_file(room, "es").read_text() == before
    (room / "templates" / "new.html").write_text('{{ _("Quite new") }}')
    extraction.write(room, "es")
    assert 'msgid "Quite new"\nmsgstr ""' in extraction.catalogue_file(room, "es").read_text()


@pytest.fixture
def spanish(app: Flask, phila: Jurisdiction) -> None:
    """A request whose page is in Spanish."""
    with app.test_request_context():
        speak(phila, "es")
        yield


def test_a_number_takes_the_plural_of_its_language(spanish: None) -> None:
    wait = "Too many tries. Try again in %(n)s minute", "Too many tries. Try again in %(n)s minutes"
    assert ngettext(*wait, 1).endswith("en 1 minuto")
    assert ngettext(*wait, 2).endswith("en 2 minutos")
    assert ngettext(*wait, 1_000_000).endswith("en 1000000 minutos")


def test_what_is_not_translated_is_said_in_english(spanish: None) -> None:
    assert gettext("Nobody has translated %(what)s", what="this") == "Nobody has translated this"


def test_a_refusal_is_said_by_its_code_or_its_family(spanish: None) -> None:
    assert failures.sentence(NotAllowed("no", code="push_from_elsewhere")).startswith("Solo nuestras propias páginas")
    assert failures.sentence(StepRefused("English only")) == "Esto no se puede aceptar como se escribió"
    assert failures.sentence(TooManyRequests("at most 5", 61)).endswith("en 2 minutos")


def test_in_english_a_refusal_is_said_as_it_was_raised(app: Flask) -> None:
    with app.test_request_context():
        assert failures.sentence(StepRefused("closing needs a text")) == "Closing needs a text"
        assert failures.sentence(TooManyRequests("at most 5", 60)).endswith("in 1 minute")


def test_facts_are_escaped_in_templates(app: Flask) -> None:
    with app.test_request_context():
        said = render_template_string('{{ _("You no longer follow %(followed)s.", followed="<b>") }}')
    assert said == "You no longer follow &lt;b&gt;."


def test_every_state_outcome_priority_and_lack_has_words(app: Flask) -> None:
    with app.test_request_context():
        assert [phrases.state(each) for each in Status] == list(phrases.states().values())
        assert len({phrases.outcome(each) for each in Outcome}) == len(Outcome)
        assert [value for value, _ in phrases.outcome_choices()] == list(Outcome)
        assert list(phrases.priorities()) == sorted(Priority, reverse=True)
        assert all(phrases.lack(each) for each in Lack)


@pytest.mark.parametrize(
    ("wanted", "picked"),
    [(["es"], "es"), (["es-MX", "en"], "es"), (["vi", "es"], "es"), (["vi"], "en"), ([], "en"), ([""], "en")],
)
def test_the_first_wanted_language_that_is_offered_is_spoken(
    phila: Jurisdiction, wanted: list[str], picked: str
) -> None:
    assert offered_languages(phila) == ["en", "es"]
    assert pick_language(phila, wanted) == picked


@pytest.mark.parametrize(
    ("languages", "wanted", "spoken"),
    [
        (["it"], "it", "en"),
        (["it", "es"], "it", "es"),
        (["es", "en"], "it", "es"),
        (["es-MX"], "de", "es"),
        (["en", "es"], "es-AR, en;q=0.5", "es"),
        (["ar"], "ar", "en"),
    ],
)
def test_a_page_says_the_language_that_it_is_in_and_marks_the_citys_own_words(
    city: Connection, tmp_path: Path, languages: list[str], wanted: str, spoken: str
) -> None:
    def change(data: dict[str, Any]) -> None:
        data["jurisdictions"][0].update(languages=languages, emergency="Llame al 911")

    client = serve(city, city_dir=small_city(tmp_path, change, "SR-CL01"))
    for path in ("/follow", "/follow/service"):
        page = client.get(path, headers={"Accept-Language": wanted}).text
        assert f'<html lang="{spoken}" dir="ltr"' in page
        assert ("Skip to main content" in page) == (spoken == "en")
        own = languages[0]
        marked = "" if own.startswith(spoken) else f' lang="{own}" dir="{"rtl" if own == "ar" else "ltr"}"'
        assert f"<p{marked}>Llame al 911</p>" in page


@pytest.mark.parametrize(
    ("languages", "wanted", "spoken"),
    [(["it"], "it", "en"), (["it"], "es-MX", "es"), (["es"], "ko", "es"), (["en", "ko"], "ko", "en")],
)
def test_a_feed_says_the_language_that_it_is_in(
    city: Connection, tmp_path: Path, languages: list[str], wanted: str, spoken: str
) -> None:
    def change(data: dict[str, Any]) -> None:
        data["jurisdictions"][0].update(languages=languages)

    client = serve(city, city_dir=small_city(tmp_path, change, "SR-CL01"))
    answer = client.get("/feeds/requests.atom", headers={"Accept-Language": wanted})
    assert answer.headers["Content-Language"] == spoken
    assert f'xml:lang="{spoken}"' in answer.text
    assert f"<title>City of Philadelphia: report{'e' if spoken == 'es' else ''}s</title>" in answer.text
