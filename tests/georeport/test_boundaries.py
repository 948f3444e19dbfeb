"""GET boundaries: the layers, and their shapes as GeoJSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from shapely.geometry import shape

from open311.actions.places.load_boundaries import load_boundaries
from open311.catalog.city import Jurisdiction
from tests.conftest import API, SANDBOX

HERE = f"https://311.example.org{API}/boundaries"
BOX = [[[-75.2, 39.9], [-75.1, 39.9], [-75.1, 40.0], [-75.2, 40.0], [-75.2, 39.9]]]


@pytest.fixture
def vintages(phila: Jurisdiction, client: FlaskClient, tmp_path: Path) -> None:
    """Wards as they were in 1990, are since 2020 and will be in 2099; each has one, called after its year."""
    for year, since in (("1990", None), ("2020", date(2020, 1, 1)), ("2099", date(2099, 1, 1))):
        feature = {
            "type": "Feature",
            "properties": {"ward": f"of {year}", "name": f"<Ward> & {year}"},
            "geometry": {"type": "Polygon", "coordinates": BOX},
        }
        file = tmp_path / f"{year}.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        load_boundaries([phila], phila.layers["ward"], str(file), vintage=year, valid_from=since)


def codes(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(f"{API}/boundaries/{address}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [feature["properties"]["code"] for feature in answer.get_json()["features"]]


def test_the_layers_that_are_loaded_are_listed(client: FlaskClient) -> None:
    (layer,) = client.get(f"{API}/boundaries.json").get_json()
    assert layer == {
        "layer": "ward",
        "name": "Political ward",
        "vintage": "sample",
        "current": True,
        "valid_from": None,
        "valid_to": None,
        "source": "sample of the project's own making",
        "licence": "City of Philadelphia; see the source",
        "sample": True,
        "boundaries": 12,
        "url": f"{HERE}/ward.geojson?vintage=sample",
    }


def test_every_vintage_is_listed_and_one_of_them_is_current(client: FlaskClient, vintages: None) -> None:
    layers = client.get(f"{API}/boundaries.json").get_json()
    found = {layer["vintage"]: (layer["valid_from"], layer["current"], layer["boundaries"]) for layer in layers}
    assert found == {"2099": ("2099-01-01", False, 1), "2020": ("2020-01-01", True, 1), "1990": (None, False, 1)}


def test_xml_lists_the_same_layers(client: FlaskClient, vintages: None) -> None:
    rows = client.get(f"{API}/boundaries.json").get_json()
    root = etree.fromstring(client.get(f"{API}/boundaries.xml").data)
    for layer, row in zip(root, rows, strict=True):
        found = {child.tag: child.text for child in layer}
        flags = {name: str(row[name]).lower() for name in ("current", "sample")}
        assert found == {**row, **flags, "boundaries": str(row["boundaries"])}


def test_the_address_of_a_layer_leads_to_its_shapes(client: FlaskClient, vintages: None) -> None:
    for layer in client.get(f"{API}/boundaries.json").get_json():
        address = layer["url"].removeprefix(f"{HERE}/")
        assert codes(client, address) == [f"of {layer['vintage']}"]


def test_the_shapes_of_a_layer_are_geojson(client: FlaskClient) -> None:
    answer = client.get(f"{API}/boundaries/ward.geojson")
    assert answer.content_type.startswith("application/geo+json")
    document = answer.get_json()
    assert document["type"] == "FeatureCollection"
    assert [feature["properties"]["code"] for feature in document["features"]] == [str(n) for n in range(1, 13)]
    fifth = document["features"][4]
    assert fifth["properties"] == {"layer": "ward", "vintage": "sample", "code": "5", "name": "Sample ward 5"}
    assert fifth["id"] == "ward:5"
    assert shape(fifth["geometry"]).bounds == (-75.17783, 39.92536, -75.09652, 39.99798)


def test_one_boundary_is_a_collection_of_one(client: FlaskClient) -> None:
    (feature,) = client.get(f"{API}/boundaries/ward/5.geojson").get_json()["features"]
    assert feature in client.get(f"{API}/boundaries/ward.geojson").get_json()["features"]
    assert feature["properties"]["code"] == "5"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ward.geojson", "of 2020"),
        ("ward.geojson?vintage=", "of 2020"),
        ("ward.geojson?vintage=1990", "of 1990"),
        ("ward.geojson?vintage=+2099+", "of 2099"),
        ("ward/of%202020.geojson", "of 2020"),
        ("ward/of%201990.geojson?vintage=1990", "of 1990"),
    ],
)
def test_without_a_vintage_the_newest_in_force_is_meant(
    client: FlaskClient, vintages: None, address: str, expected: str
) -> None:
    assert codes(client, address) == [expected]


@pytest.mark.parametrize(
    "address",
    [
        "borough.geojson",
        "Ward.geojson",
        "zip.geojson",
        "ward/99.geojson",
        "ward/05.geojson",
        "ward/%00.geojson",
        "ward/5%27.geojson",
        "ward/5/6.geojson",
        "ward.geojson?vintage=1890",
        "ward/5.geojson?vintage=1890",
        "ward/5.geojson?jurisdiction_id=elsewhere.gov",
        "ward.json",
        "ward",
        "ward/5.xml",
    ],
)
def test_what_is_not_loaded_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(f"{API}/boundaries/{address}").status_code == 404


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ward.geojson?vintage=nope", "no boundary ward of the vintage 'nope' is loaded"),
        ("ward/5.geojson?vintage=nope", "no boundary ward:5 of the vintage 'nope' is loaded"),
        ("ward/99.geojson", "no boundary ward:99 is loaded"),
    ],
)
def test_what_is_not_found_is_named_with_its_vintage(client: FlaskClient, address: str, reason: str) -> None:
    assert client.get(f"{API}/boundaries/{address}").get_json() == [{"code": 404, "description": reason}]


@pytest.mark.parametrize("vintage", ["%00", "sample%00", "%01", "%FF", "x" * 3000, "'"])
def test_a_garbled_vintage_does_not_break_the_server(client: FlaskClient, vintage: str) -> None:
    assert client.get(f"{API}/boundaries/ward.geojson?vintage={vintage}").status_code in (200, 404)


def test_each_jurisdiction_has_its_own_boundaries(client: FlaskClient, vintages: Any) -> None:
    (layer,) = client.get(f"{SANDBOX}/boundaries.json").get_json()
    assert layer["vintage"] == "sample"
    assert len(client.get(f"{SANDBOX}/boundaries/ward.geojson").get_json()["features"]) == 12
