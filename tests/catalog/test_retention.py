"""``config/privacy.yaml``: every kind has its days; all that is wrong in it is told at once, with file and line."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from open311.actions.privacy.registry import SPANS
from open311.catalog.faults import CatalogError
from open311.catalog.location import city_directory
from open311.catalog.read import read_city
from open311.domain.retention import Rule

HOME = city_directory()
PRIVACY = (HOME / "config" / "privacy.yaml").read_text("utf-8")


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """This city without such a file."""
    copytree(HOME / "config", tmp_path / "config", ignore=ignore_patterns("privacy.yaml"))
    copytree(HOME / "service_definitions", tmp_path / "service_definitions")
    return tmp_path


def write(city: Path, text: str) -> Path:
    (city / "config" / "privacy.yaml").write_text(text, "utf-8")
    return city


def test_a_service_may_have_days_of_its_own(city: Path) -> None:
    own = PRIVACY.replace("reporters: {days: 365}", "reporters: {days: 365, services: {SR-PD01: 30}}", 1)
    assert read_city(write(city, own), SPANS).retention.rules["reporters"] == Rule(365, {"SR-PD01": 30})


def test_a_city_without_the_file_has_the_days_that_came_with_the_server(city: Path) -> None:
    assert read_city(city, SPANS).retention == read_city(HOME, SPANS).retention


@pytest.mark.parametrize("span", ["messages", "reporters", "counters"])
def test_a_span_that_a_citys_file_lacks_has_the_servers_days_and_is_remarked(city: Path, span: str) -> None:
    lines = [line for line in PRIVACY.splitlines(keepends=True) if not line.startswith(f"  {span}:")]
    found = read_city(write(city, "".join(lines)), SPANS)
    assert found.retention.rules[span] == read_city(HOME, SPANS).retention.rules[span]
    (remark,) = found.remarks
    assert remark.reason.startswith(f"keep: {span!r} is missing, so it is kept as the server does: ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("messages: {days: 180}", "mesages: {days: 180}", "unknown key; is 'messages' meant?"),
        ("messages: {days: 180}", "messages: 180", "must be a mapping of keys to values"),
        ("messages: {days: 180}", "messages: {days: 0}", "0 is less than the minimum of 1"),
        ("messages: {days: 180}", "messages: {days: 180, services: {SR-CL01: 7}}", "unknown key"),
        ("reporters: {days: 365}", "reporters: {days: 14}", "14 is less than the minimum of 15"),
        ("reporters: {days: 365}", "reporters: {days: 365, services: {SR-CL01: x}}", "must be a whole number"),
        ("reporters: {days: 365}", "reporters: {days: 365, services: {SR-XX99: 30}}", "there is no service 'SR-XX99'"),
    ],
)
def test_a_fault_is_told_where_it_is(city: Path, old: str, new: str, fault: str) -> None:
    assert PRIVACY.count(old) >= 1
    before, _, after = PRIVACY.rpartition(old)  # the comments show an example first
    with pytest.raises(CatalogError) as told:
        read_city(write(city, before + new + after), SPANS)
    (found,) = [each for each in told.value.faults if fault in each.reason]
    assert found.file == "config/privacy.yaml"
    assert found.line > 1


def test_all_faults_come_at_once(city: Path) -> None:
    wrong = PRIVACY.replace("messages: {days: 180}", "messages: {days: 0}").replace("links: {days: 30}", "links: 1", 1)
    with pytest.raises(CatalogError) as told:
        read_city(write(city, wrong + "also: {}\n"), SPANS)
    assert len(told.value.faults) == 3
