"""GET services and GET services/{service_code}: what can be reported, and what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Connection

from tests.conftest import API, GRAFFITI
from tests.georeport.small_city import HOME, serve, small_city

CODES = {file.stem for file in (HOME / "service_definitions").glob("*.yaml")}
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}


def services(client: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{API}/services.json").get_json()
    return found


@pytest.fixture
def definitions(client: FlaskClient) -> dict[str, list[dict[str, Any]]]:
    """The questions of every service, by code."""
    return {code: client.get(f"{API}/services/{code}.json").get_json()["attributes"] for code in sorted(CODES)}


def as_text(value: Any) -> str | None:
    """A value of JSON as XML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value == "" else str(value)


# The list


def test_every_service_is_listed(client: FlaskClient) -> None:
    assert sorted(service["service_code"] for service in services(client)) == sorted(CODES)


def test_clients_can_rely_on_every_field(client: FlaskClient) -> None:
    for service in services(client):
        assert isinstance(service.pop("metadata"), bool)
        assert all(isinstance(value, str) for value in service.values())
        assert all(service[name] for name in ("service_name", "description", "group"))
        assert service["type"] in {"realtime", "batch", "blackbox"}


def test_keywords_hold_no_word_that_fixmystreet_acts_upon(client: FlaskClient) -> None:
    words = {word.strip() for service in services(client) for word in service["keywords"].split(",")}
    assert not words & {"private", "inactive", "staff", "waste_only"}


def test_xml_lists_the_same_in_the_same_order(client: FlaskClient) -> None:
    elements = etree.fromstring(client.get(f"{API}/services.xml").data)
    listed = [{field.tag: field.text for field in element} for element in elements]
    assert listed == [{name: as_text(value) for name, value in service.items()} for service in services(client)]
    assert {service["metadata"] for service in listed} == {"true", "false"}


# Definitions


def test_metadata_says_whether_there_are_questions(client: FlaskClient, definitions: Any) -> None:
    for service in services(client):
        assert service["metadata"] == bool(definitions[service["service_code"]])


def test_questions_come_in_their_order(definitions: Any) -> None:
    for attributes in definitions.values():
        orders = [attribute["order"] for attribute in attributes]
        assert all(type(order) is int and order >= 1 for order in orders)
        assert orders == sorted(set(orders))
        assert len({attribute["code"] for attribute in attributes}) == len(attributes)


def test_lists_and_only_lists_have_values(definitions: Any) -> None:
    for attributes in definitions.values():
        for attribute in attributes:
            assert ("values" in attribute) == attribute["datatype"].endswith("valuelist")
            keys = [value["key"] for value in attribute.get("values", [{"key": ""}])]
            assert len(keys) == len(set(keys)) >= 1


def test_every_question_can_be_shown(definitions: Any) -> None:
    for attributes in definitions.values():
        for attribute in attributes:
            assert attribute["description"]
            assert isinstance(attribute["datatype_description"], str)
            assert (type(attribute["variable"]), type(attribute["required"])) == (bool, bool)


def test_notices_are_never_required(definitions: Any) -> None:
    notices = [each for attributes in definitions.values() for each in attributes if not each["variable"]]
    assert notices
    assert not any(notice["required"] for notice in notices)


def test_questions_of_all_six_datatypes_are_asked(definitions: Any) -> None:
    assert {each["datatype"] for attributes in definitions.values() for each in attributes} == DATATYPES


@pytest.mark.parametrize("service_code", ["SR-CL01", "SR-WD01", "SR-MI01"])
def test_xml_asks_the_same(client: FlaskClient, service_code: str) -> None:
    written = client.get(f"{API}/services/{service_code}.json").get_json()
    found = etree.fromstring(client.get(f"{API}/services/{service_code}.xml").data)
    assert found.findtext("service_code") == written["service_code"] == service_code
    for element, attribute in zip(found.iterfind("attributes/attribute"), written["attributes"], strict=True):
        values = attribute.pop("values", [])
        assert {field.tag: field.text for field in element if field.tag != "values"} == {
            name: as_text(value) for name, value in attribute.items()
        }
        assert [{field.tag: field.text for field in value} for value in element.iterfind("values/value")] == values


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("service_code", ["SR-NONE", "sr-cl01", "SR-CL01.x", "*", "%00"])
def test_an_unknown_service_is_not_found(client: FlaskClient, service_code: str, suffix: str) -> None:
    assert client.get(f"{API}/services/{service_code}.{suffix}").status_code == 404


# Retired services


@pytest.fixture
def with_a_retired_service(city: Connection, tmp_path: Path) -> FlaskClient:
    directory = small_city(tmp_path, lambda city: None, "SR-CL01", "SR-WD01")
    with (directory / "service_definitions" / "SR-CL01.yaml").open("a") as file:
        file.write("retired: true\n")
    return serve(city, city_dir=directory)


def test_a_retired_service_is_listed_no_more_but_still_explained(with_a_retired_service: FlaskClient) -> None:
    assert [service["service_code"] for service in services(with_a_retired_service)] == ["SR-WD01"]
    assert with_a_retired_service.get(f"{API}/services/SR-CL01.json").get_json()["attributes"]


def test_nothing_can_be_filed_under_a_retired_service(with_a_retired_service: FlaskClient, api_key: str) -> None:
    response = with_a_retired_service.post(f"{API}/requests.json", data={**GRAFFITI, "api_key": api_key})
    assert response.status_code == 404
