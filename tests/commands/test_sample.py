"""``open311 sample``: invented requests, always the same, marked as such, and out again without a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.city.sample import invented
from open311.catalog.city import Jurisdiction
from open311.domain.moment import now
from tests.conftest import API, SHARED_DATA
from tests.places.layers import layer_file, square

TABLES = ("service_request", "service_request_update", "publication", "request_boundary")


@pytest.fixture
def count(city: Connection) -> Any:
    """How many rows there are in each table."""
    return lambda: [city.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES]


def load(run: Any, *words: str) -> str:
    return str(run("sample", "load", "--requests", "40", "--days", "80", *words))


def test_the_sample_is_published_and_marked_in_every_way(run: Any, client: FlaskClient) -> None:
    assert "40 sample service requests loaded" in load(run)
    listed = client.get(f"{API}/requests.json?extensions=true").get_json()
    assert len(listed) == 40
    assert all(each["extended_attributes"]["sample"] for each in listed)
    assert all(each["service_request_id"].startswith("S") for each in listed)
    assert all("This is sample data." in each["description"] for each in listed if each["description"])
    assert {each["status"] for each in listed} == {"open", "closed"}
    assert all("This is sample data." in each["status_notes"] for each in listed if each["status"] == "closed")


def test_what_residents_filed_is_marked_as_no_sample(client: FlaskClient, report: Any) -> None:
    report()
    (found,) = client.get(f"{API}/requests.json?extensions=true").get_json()
    assert found["extended_attributes"]["sample"] is False


def test_the_sample_is_always_the_same(phila: Jurisdiction) -> None:
    moment = now()
    first, second = (list(invented(phila, 200, moment, 730)) for _ in range(2))
    assert first == second
    assert list(invented(phila, 200, moment, 730, seed=1)) != first


def places(city: Connection) -> list[tuple[float, float]]:
    return [tuple(row) for row in city.execute(text("SELECT ST_X(point), ST_Y(point) FROM service_request"))]


def test_the_sample_lies_in_the_boundaries_that_are_loaded_and_nowhere_else(run: Any, city: Connection) -> None:
    load(run)
    inside = text(
        "SELECT count(*) FROM service_request r JOIN boundary b ON ST_Covers(b.geometry, r.point)"
        " JOIN boundary_layer l ON l.key = b.layer AND l.jurisdiction = r.jurisdiction"
    )
    assert city.execute(inside).scalar_one() >= 40
    assert len(set(places(city))) == 40


@pytest.mark.parametrize("shape", ["ward", "two islands"])
def test_the_sample_lies_in_a_citys_own_boundaries(run: Any, city: Connection, tmp_path: Path, shape: str) -> None:
    islands = [(-75.2, 39.9, -75.19, 39.91), (-75.0, 40.1, -74.99, 40.11)][: 1 if shape == "ward" else 2]
    file = layer_file(tmp_path, *((number, square(*each)) for number, each in enumerate(islands)))
    run("boundaries", "load", "ward", file)
    load(run)
    for long, lat in places(city):
        assert any(west <= long <= east and south <= lat <= north for west, south, east, north in islands)


def test_without_boundaries_the_sample_lies_in_the_bounds_and_not_along_their_edges(
    run: Any, city: Connection, phila: Jurisdiction
) -> None:
    city.execute(text("DELETE FROM boundary_layer"))
    load(run)
    assert phila.bounds
    for long, lat in places(city):
        assert phila.bounds.west < long < phila.bounds.east
        assert phila.bounds.south < lat < phila.bounds.north


def test_the_real_wards_hold_nearly_all_of_a_sample_that_was_made_with_the_sample_wards(
    run: Any, city: Connection
) -> None:
    wards = SHARED_DATA / "philly_wards.geojson"
    if not wards.exists():
        pytest.skip("the city's ward layer is not at hand")
    run("sample", "load", "--requests", "400")
    run("boundaries", "load", "ward", str(wards))
    inside = text("SELECT count(DISTINCT service_request) FROM request_boundary")
    published = text("SELECT count(*) FROM publication WHERE point IS NOT NULL")
    assert city.execute(inside).scalar_one() > 0.9 * city.execute(published).scalar_one() > 200


def test_a_second_load_does_nothing(run: Any, count: Any) -> None:
    load(run)
    before = count()
    assert load(run) == "phila.gov has service requests already; no sample loaded\n"
    assert count() == before


def test_a_city_with_requests_gets_no_sample(run: Any, report: Any, count: Any) -> None:
    report()
    assert "no sample loaded" in load(run)
    assert count()[0] == 1


def test_removing_leaves_no_trace_and_what_residents_filed(
    run: Any, client: FlaskClient, report: Any, count: Any
) -> None:
    load(run)
    number = report()
    run("requests", "me-too", "S0000001")
    run("requests", "update", "S0000002", "--text", "Seen")
    assert run("sample", "remove") == "40 sample service requests removed\n"
    assert [each["service_request_id"] for each in client.get(f"{API}/requests.json").get_json()] == [number]
    assert count()[:3] == [1, 1, 1]
    assert run("sample", "remove") == "0 sample service requests removed\n"


def test_the_sandbox_has_a_sample_of_its_own(run: Any, client: FlaskClient, count: Any) -> None:
    load(run, "--jurisdiction", "sandbox.phila.gov")
    assert client.get(f"{API}/requests.json").get_json() == []
    assert run("sample", "remove") == "0 sample service requests removed\n"
    assert count()[0] == 40
    assert run("sample", "remove", "--jurisdiction", "sandbox.phila.gov") == "40 sample service requests removed\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["load", "--requests", "0"], "0 is not in the range"),
        (["load", "--requests", "many"], "'many' is not a valid integer"),
        (["load", "--days", "0"], "0 is not in the range"),
        (["load", "--days", "99999999"], "99999999 is not in the range"),
        (["load", "--jurisdiction", "nowhere"], "no jurisdiction 'nowhere'; there are phila.gov"),
        (["remove", "--jurisdiction", "nowhere"], "no jurisdiction 'nowhere'; there are phila.gov"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_told(refused: Any, count: Any, words: list[str], reason: str) -> None:
    assert reason in refused("sample", *words)
    assert count() == [0, 0, 0, 0]
