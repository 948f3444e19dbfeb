"""The city's files keep their schemas, and the catalogue is Philadelphia's: every service, name, code and SLA."""

from __future__ import annotations

import csv
import json
from fnmatch import fnmatch
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from open311.catalog.source import read_source
from open311.domain.deadline import SLA, Unit
from open311.domain.definition import Datatype, Service, ServiceType
from tests.conftest import SHARED_DATA
from tests.contract.openapi import SCHEMAS
from tests.contract.services import DEFINED, SERVICES

ROOT = SCHEMAS.parent
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for name in ("config", "service_definitions")
    for path in (ROOT / name).rglob("*.yaml")
)
SCHEMA_OF = {
    "config/city.yaml": "city",
    "config/departments.yaml": "departments",
    "config/boundaries.yaml": "boundaries",
    "config/routing.yaml": "routing",
    "config/texts.yaml": "texts",
    "config/replies.yaml": "replies",
    "config/privacy.yaml": "privacy",
    "config/imports/*.yaml": "import_mapping",
    "service_definitions/*.yaml": "service_definition",
}


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_the_city_keeps_its_schema(file: str) -> None:
    (name,) = [schema for pattern, schema in SCHEMA_OF.items() if fnmatch(file, pattern)]
    source, faults = read_source(ROOT / file, file)
    assert source is not None
    assert not faults
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    assert [fault.message for fault in Draft202012Validator(schema).iter_errors(source.data)] == []


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.schema.json")), ids=lambda path: path.name)
def test_every_schema_of_files_is_one(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


def test_every_file_of_a_service_is_named_by_its_code() -> None:
    assert {Path(file).stem for file in FILES if file.startswith("service_definitions/")} == set(SERVICES)


# What there is to report


def test_at_least_25_services_ask_questions() -> None:
    assert sum(any(attribute.variable for attribute in service.attributes) for service in DEFINED) >= 25


def test_questions_of_every_datatype_and_notices_are_there() -> None:
    attributes = [attribute for service in DEFINED for attribute in service.attributes]
    assert {attribute.datatype for attribute in attributes if attribute.variable} == set(Datatype)
    assert [attribute for attribute in attributes if not attribute.variable]


def test_services_of_every_type_are_there() -> None:
    assert {service.type for service in DEFINED} == set(ServiceType)


# What was published once

PUBLISHED = """
PHL-CONSTRUCTION-COMPLAINTS PHL-CONSTRUCTION-SITE-TASK-FORCE PHL-DIRECTORY-ASSISTANCE PHL-DUMPSTER-VIOLATION
PHL-HOMELESS-ENCAMPMENT-REQUEST PHL-LI-ESCALATION PHL-LICENSE-COMPLAINT PHL-MAINTENANCE-COMPLAINT
PHL-RIGHT-OF-WAY-UNIT PHL-SANITATION-VIOLATION SR-CL01 SR-CL02 SR-FD01 SR-FD02 SR-IR01 SR-LI01 SR-LI02 SR-LI03
SR-LI08 SR-LI13 SR-LI16 SR-LI17 SR-LI19 SR-LI21 SR-LI22 SR-LI23 SR-LI25 SR-LI27 SR-LI28 SR-LI30 SR-MI01 SR-PD01
SR-PD02 SR-PR01 SR-PR08 SR-ST01 SR-ST02 SR-ST03 SR-ST04 SR-ST05 SR-ST06 SR-ST08 SR-ST09 SR-ST10 SR-ST13 SR-ST14
SR-ST15 SR-ST16 SR-ST18 SR-ST19 SR-ST20 SR-ST21 SR-ST23 SR-ST24 SR-ST25 SR-WD01 SR-WD02
"""


def test_no_service_that_was_published_is_gone() -> None:
    assert set(PUBLISHED.split()) - set(SERVICES) == set(), (
        "clients and service requests know it: say `retired: true` instead"
    )


# The city's own list


@pytest.fixture(scope="module")
def citys_list() -> list[dict[str, str]]:
    """What the city published about its services, row by row."""
    path = SHARED_DATA / "philly_services.csv"
    if not path.exists():
        pytest.skip("the city's list of services is not here")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ours(row: dict[str, str]) -> Service:
    """Our service of a row: by its code or, where no code of the city's is known, by its name."""
    if row["service_code"]:
        return SERVICES[row["service_code"]]
    (found,) = [service for service in DEFINED if service.code_is_ours and service.service_name == row["service_name"]]
    return found


def test_every_service_of_the_citys_list_is_there_under_a_code_of_its_own(citys_list: list[dict[str, str]]) -> None:
    assert len({ours(row).service_code for row in citys_list}) == len(citys_list) == 57


def test_every_service_bears_the_citys_name_and_code(citys_list: list[dict[str, str]]) -> None:
    for row in citys_list:
        service = ours(row)
        assert service.service_name == row["service_name"]
        assert service.code_is_ours == (not row["service_code"])


def test_every_service_promises_the_citys_working_days(citys_list: list[dict[str, str]]) -> None:
    published = {
        ours(row).service_code: int(row["sla_business_days"]) for row in citys_list if row["sla_business_days"]
    }
    assert len(published) == 15
    for code, days in published.items():
        assert SERVICES[code].resolve == SLA(days, Unit.WORKING_DAYS)
