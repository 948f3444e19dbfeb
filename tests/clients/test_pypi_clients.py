"""Python clients that cities' developers can install today work with this server as they are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.conftest import API
from tests.serving import OPEN311

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
CLIENTS = ["civicbot==0.4.0", "georeport==0.3.1"]
GRAFFITI = {
    "service_code": "SR-CL01",
    "lat": 39.952583,
    "lng": -75.165222,
    "description": "Größe: a tag & more <of it>",
    "email": "reporter@example.org",
    "attributes": {"property_type": "public"},
}
INLET = {
    "service_code": "SR-WD01",
    "address_string": "1401 John F Kennedy Blvd",
    "attributes": {"problem_type": ["clogged", "odor"]},
}


@pytest.fixture(scope="module")
def python() -> Path:
    """The Python of an environment with the clients, kept under ``var/`` from one run to the next."""
    home = HERE.parents[1] / "var" / "clients"
    stamp, wanted = home / "installed", f"{sys.version}\n{CLIENTS}"
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        pip = [home / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        done = subprocess.run([*pip, *CLIENTS], capture_output=True, text=True)
        if done.returncode:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"the clients cannot be installed: {done.stderr}")
        stamp.write_text(wanted, "utf-8")
    return home / "bin" / "python"


def run(python: Path, program: str, *words: str, given: Any = None) -> Any:
    """What a program of this directory answers."""
    command = [python, HERE / program, *words]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read(address: str) -> Any:
    with urlopen(address) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def endpoint(server: str) -> str:
    return f"{server}{API}"


@pytest.fixture(scope="module")
def filed(python: Path, endpoint: str, own_database: str) -> Any:
    """What ``civicbot`` saw when it filed a report of graffiti, a clogged inlet, and graffiti again."""
    issued = subprocess.run(
        [OPEN311, "keys", "issue", "civicbot"],
        env={**os.environ, "DATABASE_URL": own_database},
        check=True,
        capture_output=True,
        text=True,
    )
    key = issued.stdout.strip()
    return run(python, "report_with_civicbot.py", endpoint, key, given=[GRAFFITI, INLET, GRAFFITI])


def test_civicbot_lists_every_service(filed: Any, endpoint: str) -> None:
    assert filed["services"] == read(f"{endpoint}/services.json")


def test_civicbot_files_a_report_and_reads_it(filed: Any) -> None:
    numbers = [receipt["service_request_id"] for receipt in filed["receipts"] if "service_request_id" in receipt]
    assert len(set(numbers)) == 2
    assert [case["service_request_id"] for case in filed["each"]] == numbers
    for case in filed["each"]:
        assert case["status"] == "open"
        assert (case["lat"], case["long"]) == (GRAFFITI["lat"], GRAFFITI["lng"])
        assert case["description"] == GRAFFITI["description"]


def test_civicbot_finds_them_in_lists(filed: Any) -> None:
    newest_first = filed["each"][::-1]
    assert filed["listed"] == filed["newest"] == newest_first


def test_civicbot_follows_a_token(filed: Any) -> None:
    (token,) = [receipt["token"] for receipt in filed["receipts"] if "token" in receipt]
    assert [each["token"] for (each,) in filed["tokens"]] == [token]


@pytest.fixture(scope="module", params=["json", "xml"])
def seen(request: pytest.FixtureRequest, python: Path, endpoint: str, filed: Any) -> dict[str, Any]:
    """What ``georeport`` reads of it, in each of its formats."""
    numbers = ",".join(case["service_request_id"] for case in filed["each"])
    return dict(run(python, "read_with_georeport.py", endpoint, request.param, "SR-CL01", numbers))


def test_georeport_lists_every_service(seen: dict[str, Any], endpoint: str) -> None:
    listed = read(f"{endpoint}/services.json")
    assert [each["service_name"] for each in seen["services"]] == [each["service_name"] for each in listed]


def test_georeport_reads_a_definition(seen: dict[str, Any], endpoint: str) -> None:
    written = read(f"{endpoint}/services/SR-CL01.json")
    attributes = seen["definition"]["attributes"]
    attributes = attributes["attribute"] if isinstance(attributes, dict) else attributes
    assert seen["definition"]["service_code"] == written["service_code"]
    assert [each["code"] for each in attributes] == [each["code"] for each in written["attributes"]]


@pytest.mark.parametrize("way", ["newest", "of_a_service", "by_number"])
def test_georeport_lists_the_reports(seen: dict[str, Any], filed: Any, way: str) -> None:
    numbers = [case["service_request_id"] for case in filed["each"]]
    assert [case["service_request_id"] for case in seen[way]] == numbers[::-1]


def test_georeport_reads_one_report(seen: dict[str, Any], filed: Any) -> None:
    written = filed["each"][0]
    case = {name: None if value is None else str(value) for name, value in seen["one"].items()}
    assert case == {name: None if value is None else str(value) for name, value in written.items()}
