"""Another city in files: Los Angeles, served alone and beside Philadelphia."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shutil import copytree
from zoneinfo import ZoneInfo

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from open311.actions.accounts.keys import issue_key
from open311.app import create_app
from open311.catalog.location import city_directory
from open311.models.base import database
from open311.settings import Settings
from tests.conftest import API, CheckedClient

HOME = Path(__file__).resolve().parents[2]
CITY = Path(__file__).parent / "los_angeles"
pytestmark = pytest.mark.slow
PATH = "/los-angeles/v2"


def beside(directory: Path) -> Path:
    """Both cities in one directory: their lists one after the other, each item in the jurisdiction of its city."""
    copytree(HOME / "config", directory / "config")
    copytree(HOME / "service_definitions", directory / "service_definitions")
    copytree(CITY / "service_definitions", directory / "service_definitions", dirs_exist_ok=True)
    for file in [*(directory / "service_definitions").glob("*.yaml"), *(directory / "config").glob("[bd]*.yaml")]:
        data = yaml.safe_load(file.read_text())
        for item in data.get("departments", data.get("layers", [data])):
            item.setdefault("jurisdictions", ["phila.gov"])
        file.write_text(yaml.safe_dump(data))
    for file in (CITY / "config").glob("*.yaml"):
        both = yaml.safe_load((directory / "config" / file.name).read_text())
        for key, items in yaml.safe_load(file.read_text()).items():
            both[key] = both[key] + items if isinstance(items, list) else "Two cities"
        (directory / "config" / file.name).write_text(yaml.safe_dump(both))
    return directory


@pytest.fixture(scope="module", params=["alone", "beside Philadelphia"])
def app_of_both(
    own_database: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """A server of Los Angeles, on a database of its own."""
    directory = CITY if request.param == "alone" else beside(tmp_path_factory.mktemp("cities"))
    app = create_app(Settings(own_database, directory, tmp_path_factory.mktemp("media"), pool_size=2))
    app.test_client_class = CheckedClient
    yield app
    with app.app_context():
        for engine in database.engines.values():
            engine.dispose()


@pytest.fixture
def server(app_of_both: Flask) -> FlaskClient:
    return app_of_both.test_client()


def test_its_files_have_no_fault() -> None:
    command = [Path(sys.executable).parent / "open311", "catalog", "check", CITY]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "lacity.org: 12 services, 1 with questions; no fault\n")


def test_the_reference_of_the_api_is_there_as_for_every_city(server: FlaskClient) -> None:
    assert server.get("/docs").status_code == 200
    for name in ("openapi.yaml", "georeport-v2.xsd"):
        with server.get(f"/schemas/{name}") as answer:
            assert answer.get_data() == (city_directory() / "schemas" / name).read_bytes()


def test_it_offers_its_own_services_and_nobody_elses(server: FlaskClient) -> None:
    listed = {service["service_code"] for service in server.get(f"{PATH}/services.json").get_json()}
    assert listed == {file.stem for file in (CITY / "service_definitions").glob("*.yaml")}
    there = server.get(f"{API}/services.json")
    assert there.status_code == 404 or not listed & {service["service_code"] for service in there.get_json()}


def test_discovery_tells_each_city_at_its_own_path(server: FlaskClient) -> None:
    endpoints = [endpoint["url"] for endpoint in server.get(f"{PATH}/discovery.json").get_json()["endpoints"]]
    assert [url for url in endpoints if url.endswith(PATH)]


def test_a_report_is_filed_and_promised_in_its_own_hours(app_of_both: Flask, server: FlaskClient) -> None:
    with app_of_both.app_context():
        key = issue_key(app_of_both.extensions["open311"].city.jurisdictions["lacity.org"], "tests")
    place = {"lat": "34.05", "long": "-118.24"}
    form = {"api_key": key, "service_code": "LA-BULKY-ITEMS", "attribute[items]": "couch"}
    filed = server.post(f"{PATH}/requests.json", data={**form, **place})
    number = filed.get_json()[0]["service_request_id"]
    (case,) = server.get(f"{PATH}/requests/{number}.json").get_json()
    assert (case["service_name"], case["agency_responsible"]) == ("Bulky Items", "LA Sanitation and Environment")
    due = datetime.fromisoformat(case["expected_datetime"]).astimezone(ZoneInfo("America/Los_Angeles"))
    assert due > datetime.fromisoformat(case["requested_datetime"])
    assert 8 <= due.hour <= 17
