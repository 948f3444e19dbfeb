"""The mapping file: its faults are told with their lines, before anything is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from open311.catalog.faults import CatalogError
from open311.catalog.mapping import read_mapping
from tests.city.conftest import HOME, PHILADELPHIA, Importing

NEWLINE = "\n"


@pytest.mark.parametrize("file", sorted((HOME / "config" / "imports").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_mappings_of_the_project_are_sound(file: Path) -> None:
    assert read_mapping(file).name == file.stem


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("zone: America/New_York", "zone: America/Philadelphia", "zone: 'America/Philadelphia' is not a time zone"),
        ("name: philadelphia", "name: Phila Delphia", "name: 'Phila Delphia' is not like 'philadelphia'"),
        ("published: true", "published: maybe", "published: must be true or false"),
        ("columns:", "colums:", "colums: unknown key; is 'columns' meant?"),
        ("  zipcode: zipcode", "  zip: zipcode", "zip: unknown key; is 'zipcode' meant?"),
        ("Open: received", "Open: open", "Open: 'open' is not one of received"),
        ("Not Resolved: unable", "Not Resolved: no", "Not Resolved: 'no' is not one of resolved"),
        ("number_missing: make", "number_missing: guess", "number_missing: 'guess' is not one of make, reject"),
        (
            "coordinates_missing: keep",
            "coordinates_missing: drop",
            "coordinates_missing: 'drop' is not one of keep, reject",
        ),
        (
            "coordinates_outside: drop",
            "coordinates_outside: no",
            "coordinates_outside: 'no' is not one of keep, drop, reject",
        ),
        (
            "closed_without_time: updated",
            "closed_without_time: now",
            "closed_without_time: 'now' is not one of updated, requested, reject",
        ),
        (
            "closed_before_requested: requested",
            "closed_before_requested: x",
            "closed_before_requested: 'x' is not one of requested, reject",
        ),
        ("status_missing: received", "status_missing: open", "status_missing: 'open' is not"),
        ("published: true", "published: [}", "not YAML: "),
        ("published: true", "encoding: latin-99", "encoding: 'latin-99' is not an encoding"),
        ("published: true", "delimiter: x", "delimiter: 'x' is not one of ,, ;, tab, |"),
        ("published: true", "earliest: 2005-02-30", "earliest: '2005-02-30' is not a day"),
        ("published: true", "earliest: soon", "earliest: 'soon' is not like '2005-01-01'"),
        ("published: true", "null_words: none", "null_words: must be a list"),
        ("time_formats: [", "time_formats: [%d/%m/%Y, ", "not YAML: "),
        ("time_formats: [", 'time_formats: ["%d/%m/%Y", ', "time_formats: day first and month first cannot both"),
        (
            "time_formats: [",
            "time_formats: [millis, ",
            "time_formats: 'millis' is not of strptime (%d, %m, ...), nor one of",
        ),
        ("time_formats: [", 'time_formats: ["%Q", ', "time_formats: '%Q' is not of strptime"),
        (
            "coordinates_unreadable: reject",
            "coordinates_unreadable: keep",
            "coordinates_unreadable: 'keep' is not one of",
        ),
    ],
)
def test_faults_are_told_with_their_line(importing: Importing, old: str, new: str, fault: str) -> None:
    before, found, after = PHILADELPHIA.read_text().partition(old)
    assert found
    file = importing.csv(before + new + after, "broken.yaml")
    told = importing.run(importing.csv("requested_datetime\n"), file, exit_code=1)
    assert f"broken.yaml:{before.count(NEWLINE) + 1}: {fault}" in told


@pytest.mark.parametrize("choice", ["number_missing", "service_unknown", "closed_before_requested"])
def test_every_choice_must_be_made(tmp_path: Path, choice: str) -> None:
    file = tmp_path / "broken.yaml"
    lines = PHILADELPHIA.read_text().splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith(f"  {choice}:")))
    with pytest.raises(CatalogError, match=f"broken.yaml:\\d+: when: '{choice}' is missing"):
        read_mapping(file)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("name: x y\nzone: [1]\nstatuses: {}\nwhen: {}\n")
    with pytest.raises(CatalogError) as caught:
        read_mapping(file)
    assert len(caught.value.faults) >= 10
    assert {fault.line for fault in caught.value.faults} >= {1, 2, 3, 4}


@pytest.mark.parametrize("names", [{"services": {"Tags": "SR-NONE"}}, {"when": {"service_unknown": "SR-NONE"}}])
def test_a_mapping_names_only_services_that_there_are(importing: Importing, names: dict[str, dict[str, str]]) -> None:
    told = importing.run(importing.csv("requested_datetime\n"), importing.mapping(**names), exit_code=1)
    assert "the mapping names the service 'SR-NONE', which City of Philadelphia does not have" in told


def test_a_jurisdiction_that_there_is_not_is_refused(importing: Importing) -> None:
    file = importing.csv("requested_datetime\n")
    told = importing.run(file, PHILADELPHIA, "--jurisdiction", "elsewhere.gov", exit_code=2)
    assert "no jurisdiction 'elsewhere.gov'; there are phila.gov, sandbox.phila.gov" in told
