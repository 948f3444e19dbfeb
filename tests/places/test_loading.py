"""Boundary layers: loaded, repaired, replaced, in vintages, and every service request tagged again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection
from open311.actions.places.load_boundaries import Loaded, load_boundaries, load_samples
from open311.adapters.geodata import UnreadableGeodata
from open311.catalog.city import Jurisdiction
from open311.domain.place import Box
from tests.conftest import API, SHARED_DATA
from tests.places.layers import EAST, WEST, layer_file, square


@pytest.fixture
def load(phila: Jurisdiction, city: Any) -> Any:
    def run(source: str, **when: Any) -> Loaded:
        return load_boundaries([phila], phila.layers["ward"], source, **when)["phila.gov"]

    return run


def listed(client: FlaskClient, query: str) -> list[str]:
    return [row["service_request_id"] for row in client.get(f"{API}/requests.json?{query}").get_json()]


def is_unknown(client: FlaskClient, query: str) -> bool:
    return client.get(f"{API}/requests.json?{query}").status_code == 400


def test_a_real_layer_takes_the_place_of_the_sample(client: FlaskClient, load: Any, tmp_path: Path) -> None:
    assert client.get(f"{API}/boundaries.json").get_json()[0]["sample"] is True
    load(layer_file(tmp_path, (1, square(*WEST)), (2, square(*EAST))))
    (layer,) = client.get(f"{API}/boundaries.json").get_json()
    assert (layer["sample"], layer["boundaries"], layer["vintage"]) == (False, 2, "2019")


@pytest.mark.parametrize("wrong", [{"bounds": Box(-3.9, 40.3, -3.5, 40.6)}, {"code_property": "district"}], ids=str)
def test_a_sample_that_does_not_suit_the_city_is_left_out_and_told(
    city: Connection, client: FlaskClient, environment: Environment, phila: Jurisdiction, wrong: dict[str, Any]
) -> None:
    city.execute(text("DELETE FROM boundary_layer"))
    layer = replace(phila.layers["ward"], **{name: wrong[name] for name in wrong if name != "bounds"})
    here = replace(phila, layers={"ward": layer}, bounds=wrong.get("bounds", phila.bounds))
    told = load_samples(replace(environment, city=replace(environment.city, jurisdictions={"phila.gov": here})))
    assert [line.partition(", as ")[0] for line in told] == ["phila.gov: no sample of layer ward"]
    assert client.get(f"{API}/boundaries.json").get_json() == []


def test_requests_are_tagged_again(client: FlaskClient, load: Any, report: Any, tmp_path: Path) -> None:
    number = report()
    loaded = load(layer_file(tmp_path, (1, square(*WEST)), (2, square(*EAST))))
    assert loaded.tags == 1
    assert listed(client, "ward=1") == [number]
    assert listed(client, "ward=2") == []


def test_new_requests_are_tagged_in_every_vintage(client: FlaskClient, load: Any, report: Any, tmp_path: Path) -> None:
    load(layer_file(tmp_path, (7, square(*WEST)), name="old"), vintage="1990")
    load(layer_file(tmp_path, (8, square(*WEST)), name="new"), vintage="2020", valid_from=date(2020, 1, 1))
    number = report()
    assert listed(client, "ward=8") == [number]
    assert is_unknown(client, "ward=7")
    assert listed(client, "boundary=ward@1990:7") == [number]


def test_a_vintage_of_the_future_is_not_in_force_yet(
    client: FlaskClient, load: Any, report: Any, tmp_path: Path
) -> None:
    load(layer_file(tmp_path, (7, square(*WEST)), name="old"), vintage="1990")
    load(layer_file(tmp_path, (8, square(*WEST)), name="new"), vintage="2099", valid_from=date(2099, 1, 1))
    number = report()
    assert listed(client, "ward=7") == [number]
    assert is_unknown(client, "ward=8")


def test_loading_a_vintage_again_replaces_it(client: FlaskClient, load: Any, report: Any, tmp_path: Path) -> None:
    number = report()
    load(layer_file(tmp_path, (1, square(*WEST))))
    load(layer_file(tmp_path, (5, square(*WEST))))
    assert listed(client, "ward=5") == [number]
    assert is_unknown(client, "ward=1")
    assert [row["boundaries"] for row in client.get(f"{API}/boundaries.json").get_json()] == [1]


def test_a_bow_tie_is_repaired_and_counted(load: Any, tmp_path: Path) -> None:
    tie = [[[-75.2, 39.9], [-75.1, 40.0], [-75.1, 39.9], [-75.2, 40.0], [-75.2, 39.9]]]
    loaded = load(layer_file(tmp_path, (1, tie)))
    assert (loaded.repaired, loaded.boundaries) == (1, 1)


def test_features_without_code_or_shape_are_refused_and_counted(load: Any, tmp_path: Path) -> None:
    loaded = load(layer_file(tmp_path, (1, square(*WEST)), (None, square(*EAST)), (3, None)))
    assert (loaded.features, loaded.boundaries, loaded.refused) == (3, 1, 2)


def test_features_with_the_same_code_are_one_boundary(load: Any, tmp_path: Path) -> None:
    assert load(layer_file(tmp_path, (1, square(*WEST)), (1, square(*EAST)))).boundaries == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("no geography", "cannot be read"),
        ('{"type":"FeatureCollection","features":[]}', "no property|no features"),
        ('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"x":1},"geometry":null}]}', "'ward'"),
        (
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ward":1,"name":"a"},'
            '"geometry":{"type":"Point","coordinates":[0,0]}}]}',
            "no polygon",
        ),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(
    client: FlaskClient, load: Any, tmp_path: Path, content: str, reason: str
) -> None:
    file = tmp_path / "broken.geojson"
    file.write_text(content)
    before = client.get(f"{API}/boundaries.json").get_json()
    with pytest.raises(UnreadableGeodata, match=reason):
        load(str(file))
    assert client.get(f"{API}/boundaries.json").get_json() == before


def test_a_point_on_the_seam_lies_in_both_wards_once(
    client: FlaskClient, load: Any, report: Any, tmp_path: Path
) -> None:
    load(layer_file(tmp_path, (1, square(*WEST)), (2, square(*EAST))))
    number = report(long="-75.16")
    assert listed(client, "ward=1") == listed(client, "ward=2") == [number]


def test_every_real_ward_holds_what_postgis_says(load: Any, report: Any, client: FlaskClient) -> None:
    wards = SHARED_DATA / "philly_wards.geojson"
    if not wards.exists():
        pytest.skip("the city's ward layer is not at hand")
    assert load(str(wards)).boundaries == 66
    numbers = [report(lat=str(39.87 + i * 0.02), long=str(-75.28 + i * 0.025)) for i in range(13)]
    rows = connection().execute(
        "SELECT b.code, p.service_request_id FROM boundary b JOIN publication p"
        " ON ST_Intersects(b.geometry, p.point) JOIN boundary_layer l ON l.key = b.layer AND l.layer = 'ward'"
        " AND l.jurisdiction = 'phila.gov'"
    )
    inside = rows.fetchall()
    assert {number for _, number in inside} <= set(numbers)
    assert len(inside) > 3
    for ward in {code for code, _ in inside}:
        assert set(listed(client, f"ward={ward}")) == {number for code, number in inside if code == ward}
