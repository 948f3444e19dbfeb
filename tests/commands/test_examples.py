"""``open311 city examples``: what a server prints to try is of its own city, and works."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from open311.actions.accounts.keys import issue_key
from open311.app import create_app
from open311.models.base import database
from open311.settings import Settings
from tests.commands.conftest import invoke
from tests.georeport.small_city import small_city
from tests.places.layers import layer_file

ADDRESS = "http://127.0.0.1:8311"
LOS_ANGELES = Path(__file__).parents[1] / "cities" / "los_angeles"
OF_PHILADELPHIA = re.compile(r"phila|39\.9|-75\.|\bward\b", re.IGNORECASE)


@pytest.fixture
def examples(own_database: str, tmp_path: Path) -> Iterator[Callable[..., tuple[FlaskClient, str]]]:
    """Print the examples of a city's files, with a key; answers a client of its server too."""
    apps = []

    def run(directory: Path, *load: str) -> tuple[FlaskClient, str]:
        app = create_app(Settings(own_database, directory, tmp_path / "media", pool_size=2))
        apps.append(app)
        with app.app_context():
            (tmp_path / "key").write_text(issue_key(app.extensions["open311"].city.first, "Examples") + "\n")
        if load:
            invoke(app, "boundaries", "load", *load)
        return app.test_client(), invoke(app, "city", "examples", ADDRESS, "--key-file", str(tmp_path / "key"))

    yield run
    for app in apps:
        with app.app_context():
            for engine in database.engines.values():
                engine.dispose()


def report(client: FlaskClient, told: str) -> Any:
    """Do what the printed ``curl`` would do."""
    words = shlex.split(told[told.index("curl ") :])
    data = [word for before, word in pairwise(words) if before == "-d"]
    answer = client.post(urlsplit(words[-1]).path, data=dict(each.split("=", 1) for each in data))
    assert answer.status_code == 200, answer.text
    (made,) = answer.get_json()
    return made["service_request_id"]


def test_the_examples_of_another_city_name_nothing_of_philadelphia(examples: Any) -> None:
    client, told = examples(LOS_ANGELES)
    assert not OF_PHILADELPHIA.search(told)
    assert "jurisdiction_id=lacity.org" in told
    assert f"{ADDRESS}/los-angeles/v2/requests.json" in told
    assert report(client, told)


@pytest.mark.parametrize("code", ["5", "Centro", "Sant Martí & Clot", "008"])
def test_a_report_from_the_examples_is_found_by_the_boundary_of_the_examples(
    examples: Any, tmp_path: Path, code: str
) -> None:
    # A crescent: neither the middle of its box nor of the city's lies inside it.
    crescent = [[[-118.5, 33.9], [-118.3, 33.9], [-118.3, 33.91], [-118.49, 33.91], [-118.49, 34.1], [-118.5, 34.1]]]
    crescent[0].append(crescent[0][0])
    file = Path(layer_file(tmp_path, (code, crescent)))
    file.write_text(file.read_text().replace('"ward"', '"district"'))
    vintage = f"--vintage={len(code)}"
    client, told = examples(LOS_ANGELES, "council_district", str(file), vintage)
    number = report(client, told)
    (narrowed,) = re.findall(r"http\S+boundary=\S+", told)
    found = client.get(narrowed.removeprefix(ADDRESS)).text
    assert f"<service_request_id>{number}</service_request_id>" in found


def test_without_bounds_and_boundaries_the_place_is_left_open(examples: Any, tmp_path: Path) -> None:
    def without_bounds(data: dict[str, Any]) -> None:
        data["jurisdictions"][0].pop("bounds")
        data["jurisdictions"][0].update(key="x.example", jurisdiction_id="x.example")
        data["jurisdictions"][1:] = []
        data["endpoints"] = [{"path": "/x", "type": "production", "jurisdictions": ["x.example"]}]

    _, told = examples(small_city(tmp_path / "city", without_bounds, "SR-CL01"))
    assert "lat=LATITUDE" in told
    assert not OF_PHILADELPHIA.search(told)


def test_where_boundaries_are_loaded_the_examples_name_one(run: Any) -> None:
    assert re.search(r"boundary=ward:\d+\n", run("city", "examples", ADDRESS))
