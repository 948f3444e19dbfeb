"""``config/texts.yaml``: what is missing, unknown or misspelt in it is told with file and line."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from open311.catalog.faults import CatalogError
from open311.catalog.location import city_directory
from open311.catalog.read import read_city
from open311.domain.event import Event
from open311.domain.lifecycle import Outcome
from open311.domain.wording import LETTER_PHRASES

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
        ("  received:\n    en:", "  received:\n    de:", "'received' is missing in en"),
        ("  reopened:", "  reopend:", "unknown key; is 'reopened' meant?"),
        ("  resolved:", "  finished:", f"unknown key; known are {', '.join(Outcome)}"),
        ("  SR-MI01:", "  SR-MI99:", "there is no service 'SR-MI99'"),
        ("  offer_answer: {en: Answer here, es: ", "  offer_answer: {es: ", "'offer_answer' is missing in en"),
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
    made |= {"open", "closed"}  # said of what a published document has as its status
    quoted = {phrase for phrase in LETTER_PHRASES if f'"{phrase}"' in words}
    assert quoted | made == set(LETTER_PHRASES)
