"""``open311 catalog check``: a city without faults, and one whose faults are told all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from open311.app import main
from tests.city.conftest import HOME
from tests.commands.conftest import invoke
from tests.georeport.small_city import serve, small_city

DEFINITION = "service_definitions/SR-CL01.yaml"


def nothing(_: dict[str, Any]) -> None:
    """The city stays as it is."""


def test_this_city_has_no_fault(run: Any) -> None:
    told = run("catalog", "check").splitlines()
    assert [line.partition(":")[0] for line in told] == ["phila.gov", "sandbox.phila.gov"]
    assert all(line.endswith("no fault") for line in told)


def test_another_city_is_checked_where_it_lies(run: Any, tmp_path: Path) -> None:
    told = run("catalog", "check", str(small_city(tmp_path, nothing, "SR-CL01")))
    assert told.splitlines()[0] == "phila.gov: 1 services, 1 with questions; no fault"


def test_the_city_of_the_settings_is_checked_where_none_is_named(city: Connection, tmp_path: Path) -> None:
    other = serve(city, city_dir=small_city(tmp_path, nothing, "SR-CL01")).application
    assert invoke(other, "catalog", "check").splitlines()[0] == "phila.gov: 1 services, 1 with questions; no fault"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A city with three faults in two files."""

    def no_zone(city: dict[str, Any]) -> None:
        city["jurisdictions"][0]["timezone"] = "Mars/Olympus"

    directory = small_city(tmp_path, no_zone, "SR-CL01")
    file = directory / DEFINITION
    file.write_text(file.read_text().replace("department: ", "department: no_") + "colour: red\n")
    return directory


def line_of(file: Path, word: str) -> int:
    (found,) = [number for number, line in enumerate(file.read_text().splitlines(), start=1) if word in line]
    return found


def test_every_fault_is_told_with_file_line_and_reason(run: Any, faulty: Path) -> None:
    told = run("catalog", "check", str(faulty), exit_code=1).splitlines()
    places = [line.rpartition(": ")[0].split(":")[:2] for line in told]
    assert ["config/city.yaml", str(line_of(faulty / "config/city.yaml", "Mars/Olympus"))] in places
    for word in ("department: no_", "colour: red"):
        assert [DEFINITION, str(line_of(faulty / DEFINITION, word))] in places
    reasons = "\n".join(told)
    assert [word for word in ("Mars/Olympus", "no_", "colour") if word not in reasons] == []


def test_a_city_with_faults_runs_no_command_and_tells_the_same(
    run: Any, faulty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("catalog", "check", str(faulty), exit_code=1)
    monkeypatch.setenv("CITY_DIR", str(faulty))
    with pytest.raises(SystemExit) as stopped:
        main()
    assert str(stopped.value) == f"the city's files have faults:\n{told.rstrip()}"


@pytest.mark.parametrize(("directory", "reason"), [("/nowhere", "'/nowhere' does not exist"), (__file__, "is a file")])
def test_what_is_no_directory_is_told(refused: Any, directory: str, reason: str) -> None:
    assert reason in refused("catalog", "check", directory)


def test_an_empty_directory_lacks_everything(run: Any, tmp_path: Path) -> None:
    told = run("catalog", "check", str(tmp_path), exit_code=1)
    assert "config/city.yaml:1: the file is missing\n" in told


MAPPING = "config/imports/philadelphia.yaml"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Open: received", "Registrado: open", "Registrado: 'open' is not one of received"),
        ("zone: America/New_York", "zone: America/New_Yrok", "zone: 'America/New_Yrok' is not a time zone"),
        (
            "jurisdiction: phila.gov",
            "jurisdiction: phila.gv",
            "jurisdiction: there is no 'phila.gv'; there are phila.gov",
        ),
        ("statuses:", "services: {Tags: SR-NONE}\nstatuses:", "Tags: City of Philadelphia has no service 'SR-NONE'"),
        ("service_unknown: reject", "service_unknown: SR-NONE", "service_unknown: City of Philadelphia has no service"),
        ("columns:", "colums:", "colums: unknown key"),
        ("name:", "name: [", "not YAML"),
    ],
)
def test_mappings_of_imports_are_checked_too(run: Any, tmp_path: Path, old: str, new: str, fault: str) -> None:
    directory = small_city(tmp_path, nothing, "SR-CL01")
    file = directory / MAPPING
    file.parent.mkdir(exist_ok=True)
    before, found, after = (HOME / MAPPING).read_text().partition(old)
    assert found
    file.write_text(before + new + after)
    told = run("catalog", "check", str(directory), exit_code=1).splitlines()
    assert any(line.startswith(f"{MAPPING}:") and fault in line for line in told), told


def test_faults_of_mappings_are_told_beside_those_of_other_files(run: Any, faulty: Path) -> None:
    file = faulty / "config/imports/ours.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text("name: ours\n")
    told = run("catalog", "check", str(faulty), exit_code=1)
    assert "config/imports/ours.yaml:1: 'zone' is missing" in told
    assert "config/city.yaml" in told


def test_the_server_starts_whatever_the_mappings_say(city: Connection, tmp_path: Path) -> None:
    directory = small_city(tmp_path, nothing, "SR-CL01")
    (directory / "config/imports").mkdir(exist_ok=True)
    (directory / "config/imports/ours.yaml").write_text("name: ours\n")
    assert serve(city, city_dir=directory).application
