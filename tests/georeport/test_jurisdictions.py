"""jurisdiction_id: optional where one city answers, required where several do; the sandbox is a world of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from open311.actions.accounts.keys import issue_key
from open311.actions.base.environment import Environment
from tests.conftest import API, GRAFFITI, SANDBOX
from tests.georeport.small_city import serve, small_city

RESOURCES = ("discovery", "services", "services/SR-CL01", "requests", "servicerequestupdates", "boundaries")


@pytest.fixture
def two_cities(city: Connection, tmp_path: Path) -> FlaskClient:
    """A server with one endpoint for two jurisdictions, ``phila.gov`` and ``sandbox.phila.gov``."""

    def change(city: dict[str, Any]) -> None:
        city["jurisdictions"][1]["jurisdiction_id"] = "sandbox.phila.gov"
        both = [jurisdiction["key"] for jurisdiction in city["jurisdictions"]]
        city["endpoints"] = [{"path": API, "type": "production", "jurisdictions": both}]
        city["jurisdictions"][1] |= {"contact": "The second one", "key_service": "Ask the second one"}

    return serve(city, city_dir=small_city(tmp_path, change, "SR-CL01"), public_url="https://311.example.org")


@pytest.fixture
def sandbox_key(city: Connection, environment: Environment) -> str:
    return issue_key(environment.city.jurisdictions["sandbox.phila.gov"], "tests")


def listed(client: FlaskClient, address: str) -> list[str]:
    return [case["service_request_id"] for case in client.get(address).get_json()]


# One jurisdiction


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("resource", RESOURCES)
def test_the_only_jurisdiction_may_be_named_or_not(client: FlaskClient, resource: str, suffix: str) -> None:
    path = f"{API}/{resource}.{suffix}"
    plain = client.get(path)
    assert plain.status_code == 200
    for query in ("?jurisdiction_id=", "?jurisdiction_id=phila.gov", "?jurisdiction_id=%20phila.gov%20"):
        assert client.get(path + query).data == plain.data
    assert client.get(f"{path}?jurisdiction_id=elsewhere.gov").status_code == 404


@pytest.mark.parametrize("where", ["data", "query_string"])
@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_reports_for_another_jurisdiction_are_refused(
    client: FlaskClient, api_key: str, where: str, suffix: str
) -> None:
    form = {"data": {**GRAFFITI, "api_key": api_key}, "query_string": {}}
    form[where]["jurisdiction_id"] = "elsewhere.gov"
    assert client.post(f"{API}/requests.{suffix}", **form).status_code == 404


def test_reports_may_name_the_only_jurisdiction_or_leave_it_empty(report: Any) -> None:
    assert report(jurisdiction_id="phila.gov")
    assert report(jurisdiction_id="")


# The sandbox


def test_the_sandbox_has_data_and_keys_of_its_own(client: FlaskClient, report: Any, sandbox_key: str) -> None:
    tried = report(SANDBOX, api_key=sandbox_key)
    real = report()
    assert listed(client, f"{SANDBOX}/requests.json") == [tried]
    assert listed(client, f"{API}/requests.json") == [real]
    assert client.get(f"{API}/requests/{tried}.json").status_code == 404
    assert client.get(f"{SANDBOX}/requests/{real}.json").status_code == 404
    assert listed(client, f"{API}/requests.json?service_request_id={tried},{real}") == [real]


def test_the_sandbox_answers_to_the_citys_own_id(client: FlaskClient) -> None:
    assert client.get(f"{SANDBOX}/services.json?jurisdiction_id=phila.gov").status_code == 200


def test_the_sandbox_offers_what_the_city_offers(client: FlaskClient) -> None:
    assert client.get(f"{SANDBOX}/services.json").data == client.get(f"{API}/services.json").data


def test_keys_of_one_are_worth_nothing_at_the_other(client: FlaskClient, api_key: str, sandbox_key: str) -> None:
    for base, key in ((API, sandbox_key), (SANDBOX, api_key)):
        assert client.post(f"{base}/requests.json", data={**GRAFFITI, "api_key": key}).status_code == 403


# Several jurisdictions


@pytest.mark.parametrize("query", ["", "?jurisdiction_id="])
@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("resource", [resource for resource in RESOURCES if resource != "discovery"])
def test_one_of_several_must_be_named(two_cities: FlaskClient, resource: str, suffix: str, query: str) -> None:
    response = two_cities.get(f"{API}/{resource}.{suffix}{query}")
    assert response.status_code == 400
    told = response.get_data(as_text=True)
    assert "jurisdiction_id required" in told
    assert "phila.gov, sandbox.phila.gov" in told


@pytest.mark.parametrize("path", ["/discovery.json", f"{API}/discovery.json", f"{API}/discovery.xml"])
def test_discovery_needs_no_jurisdiction(two_cities: FlaskClient, path: str) -> None:
    assert two_cities.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/discovery.json", f"{API}/discovery.json"])
def test_discovery_tells_the_contact_of_the_one_that_is_asked(two_cities: FlaskClient, path: str) -> None:
    second = two_cities.get(f"{path}?jurisdiction_id=sandbox.phila.gov").get_json()
    assert (second["contact"], second["key_service"]) == ("The second one", "Ask the second one")
    for query in ("", "?jurisdiction_id=phila.gov"):
        assert two_cities.get(path + query).get_json()["contact"].startswith("Philly311")


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_an_unknown_one_is_not_found(two_cities: FlaskClient, suffix: str) -> None:
    assert two_cities.get(f"{API}/services.{suffix}?jurisdiction_id=elsewhere.gov").status_code == 404


def test_each_of_several_has_its_own_data(two_cities: FlaskClient, api_key: str, sandbox_key: str) -> None:
    for name, key in (("phila.gov", api_key), ("sandbox.phila.gov", sandbox_key)):
        form = {**GRAFFITI, "api_key": key}
        assert two_cities.post(f"{API}/requests.json", data=form).status_code == 400
        response = two_cities.post(f"{API}/requests.json", data={**form, "jurisdiction_id": name})
        number = response.get_json()[0]["service_request_id"]
        assert listed(two_cities, f"{API}/requests.json?jurisdiction_id={name}") == [number]
        assert two_cities.get(f"{API}/services.json?jurisdiction_id={name}").get_json()
