"""Reading a city: the project's own, small ones, and broken ones with file, line and reason."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from open311.catalog.city import City
from open311.catalog.faults import CatalogError
from open311.catalog.read import read_city
from open311.domain.deadline import SLA, Unit
from open311.domain.definition import Datatype, Option, ServiceType
from open311.domain.exposure import Precision, Publishing

PROJECT = Path(__file__).parents[2]

CITY = """\
city: Examplia
jurisdictions:
  - key: example.gov
    name: Town of Examplia
    contact: Ask at the town hall.
    timezone: America/New_York
    emergency: Call 911.
    key_service: Ask at the town hall.
    calendar:
      weekdays: [mon, tue, wed, thu, fri]
      opens: 08:00
      closes: 17:00
  - key: sandbox.example.gov
    like: example.gov
    sandbox: true
endpoints:
  - path: /v2
    type: production
    jurisdictions: [example.gov]
  - path: /test
    type: test
    jurisdictions: [sandbox.example.gov]
"""

DEPARTMENTS = """\
departments:
  - code: streets
    name: Streets Department
"""

BOUNDARIES = """\
layers:
  - code: ward
    name: Ward
    source: https://example.gov/wards
    licence: CC0
    vintage: "2024"
    valid_from: 2024-01-01
    code_property: ward
"""

SERVICE = """\
service_code: A1
service_name: Graffiti Removal
description: Paint on walls.
group: Streets
department: streets
"""

QUESTION = """\
attributes:
  - code: wall
    datatype: singlevaluelist
    description: What kind of wall?
    values: {yes: Brick, no: Wood}
"""

SERVICE_FILE = "service_definitions/A1.yaml"


def write_city(directory: Path, **files: str) -> Path:
    """Write a small city, some of its files replaced; ``services__B2`` stands for ``service_definitions/B2.yaml``."""
    texts = {"city": CITY, "departments": DEPARTMENTS, "boundaries": BOUNDARIES, "services__A1": SERVICE} | files
    for name, text in texts.items():
        folder, stem = ("service_definitions", name.removeprefix("services__")) if "__" in name else ("config", name)
        (directory / folder).mkdir(exist_ok=True)
        (directory / folder / f"{stem}.yaml").write_text(dedent(text), encoding="utf-8")
    return directory


def faults_of(directory: Path) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        read_city(directory)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture(scope="module")
def philadelphia() -> City:
    return read_city(PROJECT)


def test_the_citys_own_files_are_without_fault(philadelphia: City) -> None:
    assert philadelphia.name == "Philadelphia"
    assert list(philadelphia.jurisdictions) == ["phila.gov", "sandbox.phila.gov"]
    assert [(endpoint.path, endpoint.type) for endpoint in philadelphia.endpoints] == [
        ("/open311/v2", "production"),
        ("/open311/test/v2", "test"),
    ]


def test_the_citys_sandbox_answers_to_its_id_with_the_same_catalogue(philadelphia: City) -> None:
    city, sandbox = philadelphia.jurisdictions.values()
    assert sandbox.jurisdiction_id == city.jurisdiction_id == "phila.gov"
    assert sandbox.sandbox
    assert not city.sandbox
    assert sandbox.services == city.services
    assert (sandbox.timezone, sandbox.languages, sandbox.emergency) == (city.timezone, city.languages, city.emergency)


def test_every_layer_of_the_city_is_named_and_only_wards_have_a_sample(philadelphia: City) -> None:
    layers = philadelphia.jurisdictions["phila.gov"].layers
    assert {"ward", "council_district", "neighborhood", "planning_district", "zip"} <= set(layers)
    assert [layer.code for layer in layers.values() if layer.sample_file] == ["ward"]
    assert (philadelphia.directory / layers["ward"].sample_file).is_file()
    assert layers["council_district"].valid_from == date(2024, 1, 1)
    assert layers["ward"].valid_from is None


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-01", False),
        ("2026-06-19", False),
        ("2026-07-03", True),  # the holiday is on a Saturday, which the city does not move
        ("2027-07-05", False),  # it is on a Sunday, which the city keeps on the Monday after
        ("2026-10-12", False),
        ("2026-11-26", False),
        ("2026-11-27", True),
        ("2026-12-24", True),
        ("2026-12-25", False),
        ("2027-12-31", True),  # New Year's Day is on a Saturday
        ("2034-01-02", False),
        ("2026-03-07", False),
        ("2026-03-09", True),
    ],
)
def test_the_citys_working_days(philadelphia: City, day: str, works: bool) -> None:
    calendar = philadelphia.jurisdictions["phila.gov"].calendar
    assert calendar.is_working_day(date.fromisoformat(day)) is works


def test_a_service_is_read_as_it_is_written(tmp_path: Path) -> None:
    service = """\
        service_code: A1
        service_name: Graffiti Removal
        description: >
          Paint
          on walls.
        group: Streets
        keywords: [paint, tagging]
        department: streets
        type: batch
        sla: {resolve: 7 working days, acknowledge: 1 working day}
        publishing: reviewed
        location: boundary
        location_layer: ward
        duplicates: {metres: 50}
        attributes:
          - {code: danger, datatype: text, variable: false, description: Call 911.}
          - code: wall
            datatype: singlevaluelist
            description: What kind of wall?
            required: true
            public: true
            values: {yes: Brick, no: Wood, 17:00: Later}
        """
    found = read_city(write_city(tmp_path, services__A1=service)).jurisdictions["example.gov"].services["A1"]
    assert found.agency_responsible == "Streets Department"
    assert found.description == "Paint on walls."
    assert (found.resolve, found.acknowledge) == (SLA(7, Unit.WORKING_DAYS), SLA(1, Unit.WORKING_DAYS))
    assert (found.type, found.publishing) == (ServiceType.BATCH, Publishing.REVIEWED)
    assert (found.location, found.location_layer) == (Precision.BOUNDARY, "ward")
    assert (found.duplicate_metres, found.duplicate_days) == (50, 60)
    notice, question = found.attributes
    assert (notice.order, notice.variable, question.order, question.required) == (1, False, 2, True)
    assert question.datatype is Datatype.SINGLEVALUELIST
    assert question.values == (Option("yes", "Brick"), Option("no", "Wood"), Option("17:00", "Later"))


def test_a_retired_service_is_kept_and_says_so(tmp_path: Path) -> None:
    city = read_city(write_city(tmp_path, services__A1=SERVICE + "retired: true\n"))
    assert city.jurisdictions["example.gov"].services["A1"].retired


OTHER_TOWN = """\
  - key: other.gov
    name: Othertown
    contact: Write to us.
    timezone: America/Chicago
    emergency: Call 911.
    key_service: Write to us.
    calendar: {weekdays: [mon], opens: "09:00", closes: "10:00"}
endpoints:
"""


def test_each_jurisdiction_has_what_belongs_to_it(tmp_path: Path) -> None:
    directory = write_city(
        tmp_path,
        city=CITY.replace("endpoints:\n", OTHER_TOWN).replace("[example.gov]", "[example.gov, other.gov]"),
        departments=DEPARTMENTS + "  - {code: parks, name: Othertown Parks, jurisdictions: [other.gov]}\n",
        services__A1=SERVICE + "jurisdictions: [example.gov]\n",
        services__B2=SERVICE.replace("A1", "B2"),
    )
    (directory / "service_definitions" / "other").mkdir()
    other = SERVICE.replace("streets", "parks") + "jurisdictions: [other.gov]\n"
    (directory / "service_definitions" / "other" / "A1.yaml").write_text(other)
    towns = read_city(directory).jurisdictions
    assert [*towns["example.gov"].services] == [*towns["sandbox.example.gov"].services] == ["A1", "B2"]
    assert towns["example.gov"].services["A1"].agency_responsible == "Streets Department"
    assert towns["other.gov"].services["A1"].agency_responsible == "Othertown Parks"
    assert [*towns["example.gov"].departments] == ["streets"]
    assert [*towns["other.gov"].departments] == ["streets", "parks"]


def test_a_jurisdiction_that_is_like_another_may_differ_where_it_says_so(tmp_path: Path) -> None:
    text = CITY.replace("    sandbox: true\n", "    sandbox: true\n    anonymous_per_hour: 5\n    name: Trial\n")
    city, sandbox = read_city(write_city(tmp_path, city=text)).jurisdictions.values()
    assert (sandbox.name, sandbox.anonymous_per_hour, sandbox.jurisdiction_id) == ("Trial", 5, "example.gov")
    assert (city.name, city.anonymous_per_hour, city.jurisdiction_id) == ("Town of Examplia", 0, "example.gov")
    assert sandbox.calendar.zone == "America/New_York"


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("city", "city: Examplia", "town: Examplia", ["1: 'city' is missing", "1: town: unknown key"]),
        ("city", "    name: Town of Examplia\n", "", ["3: jurisdictions: 'name' is missing"]),
        ("city", "New_York", "Nowhere", ["6: timezone: there is no time zone 'America/Nowhere'"]),
        ("city", "America/New_York", "..", ["6: timezone: there is no time zone '..'"]),
        ("city", "17:00", "07:00", ["12: closes: 07:00 is not after 08:00"]),
        ("city", "17:00", "5 pm", ["12: closes: '5 pm' is not like '17:00'"]),
        ("city", "17:00", "24:01", ["12: closes: '24:01' is not like '17:00'"]),
        ("city", "08:00", "24:00", ["11: opens: '24:00' is not like '08:00'", "12: closes: 17:00 is not after 24:00"]),
        (
            "city",
            "      closes: 17:00\n",
            "      closes: 17:00\n      holidays: {also: [{name: Fair, date: last day in mar}]}\n",
            ["13: date: 'last day in mar' is not like '12-26'", "13: date: there is no day 'last day in mar'"],
        ),
        ("city", "thu, fri", "thu, Fri", ["10: weekdays: 'Fri' is not one of mon, tue, wed, thu, fri, sat, sun"]),
        ("city", "like: example.gov", "like: else.gov", ["14: like: there is no other jurisdiction 'else.gov'"]),
        ("city", "key: sandbox.", "key: ", ["13: key: a jurisdiction 'example.gov' stands here already"]),
        ("city", "[sandbox.example.gov]", "[trial]", ["22: jurisdictions: there is no jurisdiction 'trial'"]),
        ("city", "[example.gov]", "[example.gov, sandbox.example.gov]", ["19: jurisdictions: example.gov and sandbox"]),
        ("city", "path: /test", "path: /v2/test", ["20: path: /v2/test and /v2 lie within one another"]),
        ("city", "path: /test", "path: test", ["20: path: 'test' is not like '/open311/v2'"]),
        ("city", "type: test", "type: staging", ["21: type: 'staging' is not one of production, test"]),
        ("city", "    sandbox: true", "    sandbox: yes", ["15: sandbox: must be true or false"]),
        (
            "city",
            "      closes: 17:00\n",
            "      closes: 17:00\n      holidays: {country: XX, also: [{name: Fair, date: 02-30}]}\n",
            ["13: country: no holidays are known for XX", "13: date: there is no day '02-30'"],
        ),
        (
            "city",
            "      closes: 17:00\n",
            "      closes: 17:00\n      holidays:\n        country: US\n        not: [Casimir Pulaski Day]\n",
            ["15: not: 'Casimir Pulaski Day' is not one of Christmas Day,"],
        ),
        (
            "city",
            "    emergency: Call 911.\n",
            "    bounds: [10, 5, 9, 6]\n    emergency: Call 911.\n",
            ["7: bounds: must be west, south, east, north in degrees"],
        ),
        ("departments", "code: streets", "code: Streets!", ["2: code: 'Streets!' is not like 'parks-recreation'"]),
        (
            "departments",
            "    name: Streets Department\n",
            "    name: 12\n",
            ["3: name: must be text, so put it in quotes"],
        ),
        ("departments", "    name: Streets", "    name: A\n    name: B", ["4: the key 'name' stands here twice"]),
        (
            "departments",
            "departments:\n",
            "departments:\n  - {code: streets, name: Roads, jurisdictions: [sandbox.example.gov]}\n",
            ["3: code: 'streets' stands here already"],
        ),
        ("boundaries", "2024-01-01", "2024-02-30", ["7: valid_from: there is no day '2024-02-30'"]),
        ("boundaries", "    licence: CC0\n", "", ["2: layers: 'licence' is missing"]),
        (
            "boundaries",
            "    code_property: ward\n",
            "    code_property: ward\n    valid_to: 2023-01-01\n    sample_file: none.geojson\n",
            ["9: valid_to: must not be before valid_from", "10: sample_file: there is no file none.geojson"],
        ),
        (
            "services__A1",
            "service_code: A1",
            "service_code: A2",
            ["1: service_code: 'A2' must be the file's name, 'A1'"],
        ),
        ("services__A1", "service_code: A1", "service_code: 1", ["1: service_code: must be text, so put it in quotes"]),
        ("services__A1", "group: Streets\n", "", ["1: 'group' is missing"]),
        ("services__A1", "group: Streets", "group:", ["4: group: must be text"]),
        ("services__A1", "group: Streets", "group: ''", ["4: group: must not be empty"]),
        ("services__A1", "group:", "keyword: [x]\ngroup:", ["4: keyword: unknown key; is 'keywords' meant?"]),
        ("services__A1", "group:", "keywords: ['a, b']\ngroup:", ["4: keywords: 'a, b' is not like 'spray paint'"]),
        ("services__A1", "group:", "keywords:\n  - a\n  - a\ngroup:", ["4: keywords: the same stands here twice"]),
        (
            "services__A1",
            "streets",
            "roads",
            ["5: department: there is no department 'roads' in config/departments.yaml"],
        ),
        ("services__A1", "group:", "type: slow\ngroup:", ["4: type: 'slow' is not one of realtime, batch, blackbox"]),
        (
            "services__A1",
            "group:",
            "sla:\n  resolve: 7 weeks\ngroup:",
            ["5: resolve: '7 weeks' is not like '7 working"],
        ),
        (
            "services__A1",
            "group:",
            "sla:\n  resolve: 1 working day\n  acknowledge: 2 working days\ngroup:",
            ["6: acknowledge: 2 working days is longer than 1 working day to resolve"],
        ),
        ("services__A1", "group:", "location: boundary\ngroup:", ["4: location: boundary needs a location_layer"]),
        (
            "services__A1",
            "group:",
            "location_layer: ward\ngroup:",
            ["4: location_layer: only goes with location: boun"],
        ),
        (
            "services__A1",
            "group:",
            "location: boundary\nlocation_layer: parish\ngroup:",
            ["5: location_layer: there is no layer 'parish' in config/boundaries.yaml"],
        ),
        (
            "services__A1",
            "group:",
            "jurisdictions: [else]\ngroup:",
            ["4: jurisdictions: there is no jurisdiction 'else'"],
        ),
        ("services__A1", "group: Streets", "group: [", ["6: not YAML:"]),
        ("services__A1", "group: Streets", "group: !!python/none x", ["4: the tag 'python/none' is not used here"]),
        (
            "services__A1",
            "group: Streets",
            "group: &x Streets\nservice_notice: *x",
            ["4: aliases (*name) are not used"],
        ),
        ("services__A1", "group: Streets", 'group: "a\\vb"', ["4: the character U+000B cannot be published"]),
        ("services__A1", "group: Streets", "group: a\x0bb", ["4: the character U+000B cannot be published"]),
        ("services__A1", SERVICE, "", ["1: the file is empty"]),
        ("services__A1", SERVICE, "- a\n", ["1: must be a mapping of keys to values"]),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(
    tmp_path: Path, file: str, old: str, new: str, fault: list[str]
) -> None:
    texts = {"city": CITY, "departments": DEPARTMENTS, "boundaries": BOUNDARIES, "services__A1": SERVICE}
    assert old in texts[file]
    found = faults_of(write_city(tmp_path, **{file: texts[file].replace(old, new, 1)}))
    name = SERVICE_FILE if file == "services__A1" else f"config/{file}.yaml"
    for line in fault:
        assert any(one.startswith(f"{name}:{line}") for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("    values: {yes: Brick, no: Wood}\n", "", "7: values: a singlevaluelist needs at least two values"),
        ("{yes: Brick, no: Wood}", "{yes: Brick}", "10: values: a singlevaluelist needs at least two values"),
        ("singlevaluelist", "string", "10: values: only lists have values, not a string"),
        ("singlevaluelist", "dropdown", "8: datatype: 'dropdown' is not one of string, number, datetime, text,"),
        ("no: Wood", "yes: Wood", "10: the key 'yes' stands here twice"),
        ("no: Wood", "no: Brick", "10: values: two values have the same name"),
        ("no: Wood", "no: 5", "10: no: must be text, so put it in quotes"),
        ("code: wall", "code: my wall", "7: code: 'my wall' is not like 'property_type'"),
        ("    values", "    variable: false\n    required: true\n    values", "11: required: a notice"),
        ("    values", "    variable: false\n    values", "11: values: a notice (variable: false) has no values"),
        ("attributes:\n", "attributes:\n  - {code: wall, datatype: text, description: x}\n", "8: code: 'wall' stands"),
    ],
)
def test_a_wrong_question_is_refused_with_line_and_reason(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in QUESTION
    found = faults_of(write_city(tmp_path, services__A1=SERVICE + QUESTION.replace(old, new, 1)))
    assert any(one.startswith(f"{SERVICE_FILE}:{fault}") for one in found), found


def test_a_code_is_taken_once_in_a_jurisdiction(tmp_path: Path) -> None:
    directory = write_city(tmp_path)
    (directory / "service_definitions" / "more").mkdir()
    (directory / "service_definitions" / "more" / "A1.yaml").write_text(SERVICE)
    assert faults_of(directory) == [
        f"service_definitions/more/A1.yaml:1: service_code: 'A1' is already the code of {SERVICE_FILE}"
    ]


def test_a_file_named_yml_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    directory = write_city(tmp_path)
    (directory / SERVICE_FILE).rename(directory / "service_definitions" / "A1.yml")
    assert faults_of(directory) == ["service_definitions/A1.yml:1: the file's name must end in .yaml"]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    directory = write_city(
        tmp_path,
        departments=DEPARTMENTS.replace("name:", "nam:"),
        services__A1=SERVICE.replace("department: streets", "department: roads\ntype: slow") + "retired: no\n",
        services__B2="service_code: [",
    )
    (directory / "config" / "boundaries.yaml").unlink()
    found = faults_of(directory)
    assert [fault.rpartition(": ")[0].split(": ")[0] for fault in found] == [
        "config/boundaries.yaml:1",
        "config/departments.yaml:2",
        "config/departments.yaml:3",
        "service_definitions/A1.yaml:5",
        "service_definitions/A1.yaml:6",
        "service_definitions/A1.yaml:7",
        "service_definitions/B2.yaml:2",
    ]


def test_an_empty_directory_is_told_what_it_lacks(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == [
        f"config/{name}.yaml:1: the file is missing" for name in ("boundaries", "city", "departments")
    ]


def test_the_fingerprint_changes_with_what_clients_see(tmp_path: Path) -> None:
    before = read_city(write_city(tmp_path, services__A1=SERVICE + QUESTION)).fingerprint
    assert read_city(write_city(tmp_path, services__A1="# a remark\n" + SERVICE + QUESTION)).fingerprint == before
    for changed in (
        {"services__A1": SERVICE + QUESTION.replace("Brick", "Stone")},
        {"services__A1": SERVICE + QUESTION + "retired: true\n"},
        {"services__A1": SERVICE + QUESTION, "departments": DEPARTMENTS.replace("Streets", "Roads")},
        {"services__A1": SERVICE + QUESTION, "city": CITY.replace("/test", "/trial")},
        {"services__A1": SERVICE + QUESTION, "city": CITY.replace("town hall", "library")},
    ):
        assert read_city(write_city(tmp_path, **changed)).fingerprint != before


@pytest.mark.slow
def test_the_fingerprint_is_the_same_in_every_process_and_place(tmp_path: Path) -> None:
    here = read_city(write_city(tmp_path)).fingerprint
    code = "import sys, pathlib, open311.catalog.read as r; print(r.read_city(pathlib.Path(sys.argv[1])).fingerprint)"
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-c", code, str(tmp_path)]
        assert subprocess.check_output(command, env=environment, text=True).strip() == here
