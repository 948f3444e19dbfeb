"""``config/replies.yaml``: what is unknown or misspelt is told with file and line; the nearest text comes first."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from open311.catalog.city import City
from open311.catalog.faults import CatalogError
from open311.catalog.location import city_directory
from open311.catalog.read import read_city
from open311.domain.lifecycle import Outcome, Status
from open311.domain.reply import fitting

HOME = city_directory()
REPLIES = (HOME / "config" / "replies.yaml").read_text("utf-8")


def city(directory: Path, replies: str | None) -> City:
    """This city with other ready texts, or with none."""
    for name in ("config", "service_definitions"):
        copytree(HOME / name, directory / name)
    file = directory / "config" / "replies.yaml"
    file.unlink() if replies is None else file.write_text(replies, "utf-8")
    return read_city(directory)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("name: Done\n", "name: Nothing was there\n", "'Nothing was there' stands here already"),
        ("{department} will come", "{crew} will come", "{crew} is not known here"),
        ("service: [SR-CL01]", "service: [SR-CL99]", "there is no service 'SR-CL99'"),
        ("status: acknowledged", "status: acknowledged\n    outcome: resolved", "only what is closed has an outcome"),
        ("status: scheduled", "status: planned", "'planned' is not one of"),
        ("outcome: resolved", "outcome: done", "'done' is not one of"),
        ("    text:", "    texts:", "is 'text' meant?"),
        ("      es: Revisamos", "      ES: Revisamos", "'ES' is not like 'en'"),
    ],
)
def test_a_fault_is_told_where_it_is(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in REPLIES
    with pytest.raises(CatalogError) as told:
        city(tmp_path, REPLIES.replace(old, new, 1))
    found = [each for each in told.value.faults if fault in each.reason]
    assert found, str(told.value)
    assert found[0].file == "config/replies.yaml"
    assert found[0].line > 1


def test_a_city_needs_no_ready_texts(tmp_path: Path) -> None:
    assert city(tmp_path, None).jurisdictions["phila.gov"].replies == ()


def test_the_most_particular_text_comes_first() -> None:
    replies = read_city(HOME).jurisdictions["phila.gov"].replies
    closing = [each.name for each in fitting(replies, [Status.CLOSED], "SR-CL01")]
    assert closing[:2] == ["Graffiti is gone", "Done"]
    assert "Dumping was cleared" not in closing
    both = fitting(replies, [Status.SCHEDULED, Status.CLOSED], "SR-ST02")
    assert [each.status for each in both] == sorted((each.status for each in both), reverse=True)
    assert both[1].outcome is Outcome.RESOLVED
