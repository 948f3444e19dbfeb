"""``config/texts.yaml``: what is missing, unknown or misspelt in it is told with file and line."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
import yaml

from open311.catalog.city import City
from open311.catalog.faults import CatalogError
from open311.catalog.location import city_directory
from open311.catalog.read import read_city
from open311.domain.event import Event
from open311.domain.lifecycle import Outcome
from open311.domain.wording import FEED_PHRASES, IN_EVERY_LETTER, LETTER_PHRASES, Wordings

HOME = city_directory()
TEXTS = (HOME / "config" / "texts.yaml").read_text("utf-8")


def city(directory: Path, texts: str | None) -> Path:
    """This city with other texts, or with none of its own."""
    copytree(HOME / "config", directory / "config", ignore=ignore_patterns("texts.yaml"))
    copytree(HOME / "service_definitions", directory / "service_definitions")
    if texts is not None:
        (directory / "config" / "texts.yaml").write_text(texts, "utf-8")
    return directory


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{number}: we have it", "{nummer}: we have it", "{nummer} is not known here"),
        ("  reopened:", "  reopend:", "unknown key; is 'reopened' meant?"),
        ("  resolved:", "  finished:", f"unknown key; known are {', '.join(Outcome)}"),
        ("  SR-MI01:", "  SR-MI99:", "there is no service 'SR-MI99'"),
        ("  offer_answer:", "  ofer_answer:", "nothing says this phrase"),
        ("reports in {name}", "reports in {nmae}", "{nmae} is not known here"),
        ("      subject:", "      subjekt:", "unknown key; is 'subject' meant?"),
        ("  closed:\n    en:", "  closed:\n    EN:", "'EN' is not like 'en'"),
    ],
)
def test_a_fault_is_told_where_it_is(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in TEXTS
    with pytest.raises(CatalogError) as told:
        read_city(city(tmp_path, TEXTS.replace(old, new, 1)))
    found = [each for each in told.value.faults if fault in each.reason]
    assert found, str(told.value)
    assert all(each.file == "config/texts.yaml" for each in found)
    assert found[0].line > 1


def test_an_unknown_event_is_told_with_its_line_and_the_events_there_are(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as raised:
        read_city(city(tmp_path, TEXTS.replace("  reopened:", "  heard_of:", 1)))
    (fault,) = [each for each in raised.value.faults if "unknown key" in each.reason]
    assert fault.reason == f"heard_of: unknown key; known are {', '.join(Event)}"
    assert fault.line == TEXTS[: TEXTS.index("  reopened:")].count("\n") + 1


def test_a_city_without_texts_has_those_that_name_no_city(tmp_path: Path) -> None:
    wordings = read_city(city(tmp_path, None)).jurisdictions["phila.gov"].wordings
    assert wordings.find(Event.RECEIVED, "en").subject
    assert "Philadelphia" not in TEXTS


def test_every_phrase_has_a_use_and_every_use_a_phrase() -> None:
    words = "".join(path.read_text("utf-8") for path in (HOME / "open311").rglob("*.py") if path.name != "wording.py")
    made = {f"followed_{what}" for what in ("request", "service", "boundary", "area")}
    made |= {*FEED_PHRASES, IN_EVERY_LETTER}
    quoted = {phrase for phrase in LETTER_PHRASES if f'"{phrase}"' in words}
    assert quoted | made == set(LETTER_PHRASES)


def speaking(directory: Path, languages: list[str], texts: str | None) -> City:
    """A city with these languages and texts."""
    city(directory, texts)
    file = directory / "config" / "city.yaml"
    data = yaml.safe_load(file.read_text("utf-8"))
    data["jurisdictions"][0]["languages"] = languages
    file.write_text(yaml.safe_dump(data), "utf-8")
    return read_city(directory)


def wordings(city: City) -> Wordings:
    return city.jurisdictions["phila.gov"].wordings


ALONE = "events: {received: {%s: {subject: 'Ours {number}', body: Ours}}}\n"
"""One text of a city's own, in a language."""


@pytest.mark.parametrize(
    ("languages", "own", "reader", "event", "language", "ours"),
    [
        (["en"], "en", None, Event.RECEIVED, "en", True),
        (["en"], "en", "en", Event.CLOSED, "en", False),
        (["en"], "en", "es", Event.RECEIVED, "es", False),
        (["es"], "es", None, Event.RECEIVED, "es", True),
        (["es"], "es", None, Event.REOPENED, "es", False),
        (["it"], "it", None, Event.RECEIVED, "it", True),
        (["it"], "it", "de", Event.RECEIVED, "it", True),
        (["it"], "it", None, Event.CLOSED, "en", False),
        (["it"], "it", "es-MX", Event.CLOSED, "es", False),
        (["es-MX", "en"], "en", None, Event.RECEIVED, "es", False),
        (["it"], None, "ko", Event.RECEIVED, "en", False),
    ],
)
def test_what_a_citys_texts_lack_is_said_in_the_servers_words(
    tmp_path: Path, languages: list[str], own: str | None, reader: str | None, event: Event, language: str, ours: bool
) -> None:
    found = wordings(speaking(tmp_path, languages, ALONE % own if own else None)).find(event, reader)
    assert (found.language, found.subject == "Ours {number}") == (language, ours)


def test_every_event_and_phrase_is_said_by_a_city_that_says_one_text(tmp_path: Path) -> None:
    words = wordings(speaking(tmp_path, ["it"], "phrases: {do_sign_in: {it: Accedi}}\n"))
    assert all(words.find(event, None).subject for event in Event)
    assert {words.said(phrase, None).language for phrase in LETTER_PHRASES} == {"it", "en"}
    assert words.say("do_sign_in", None) == "Accedi"


def test_a_citys_word_for_closing_holds_for_every_outcome_that_it_does_not_name(tmp_path: Path) -> None:
    own = "events: {closed: {en: {subject: Ours, body: Ours}}}\noutcomes: {unable: {en: {subject: No, body: No}}}\n"
    words = wordings(speaking(tmp_path, ["en"], own))
    assert words.find(Event.CLOSED, "en", outcome=Outcome.RESOLVED).subject == "Ours"
    assert words.find(Event.CLOSED, "en", outcome=Outcome.UNABLE).subject == "No"


@pytest.mark.parametrize(
    ("languages", "texts", "remarks"),
    [
        (["en"], None, []),
        (["es", "en"], None, []),
        (["en"], TEXTS, []),
        (["es-MX"], None, []),
        (["it"], None, ["config/city.yaml: languages: there are no words in 'it', so letters and feeds are in"]),
        (["it"], ALONE % "it", ["config/texts.yaml: not said in it, so it is said in English: acknowledged, assigned"]),
        (["en"], ALONE % "en", ["config/texts.yaml: not said in en, so the server's own words are used: acknowledged"]),
        (["en"], TEXTS.replace("  received:\n    en:", "  received:\n    de:", 1),
         ["config/texts.yaml: not said in en, so the server's own words are used: received"]),
    ],
)  # fmt: skip
def test_what_is_not_said_in_the_citys_language_is_remarked_and_stops_nothing(
    tmp_path: Path, languages: list[str], texts: str | None, remarks: list[str]
) -> None:
    found = [f"{each.file}: {each.reason}" for each in speaking(tmp_path, languages, texts).remarks]
    assert len(found) == len(remarks)
    assert all(told.startswith(remark) for told, remark in zip(found, remarks, strict=True)), found


@pytest.mark.parametrize(
    ("languages", "wanted", "language"),
    [
        (["en", "es"], ["es-MX", "en"], "es"),
        (["en", "ko"], ["ko"], "en"),
        (["it", "es"], ["ko"], "en"),
        (["it"], ["es"], "es"),
        (["es"], [], "es"),
        (["es-MX"], [], "es"),
    ],
)
def test_a_document_is_in_a_language_that_has_all_its_words(
    tmp_path: Path, languages: list[str], wanted: list[str], language: str
) -> None:
    words = wordings(speaking(tmp_path, languages, None))
    assert words.best(wanted, *FEED_PHRASES) == language
    assert {words.said(phrase, language).language for phrase in FEED_PHRASES} == {language}
