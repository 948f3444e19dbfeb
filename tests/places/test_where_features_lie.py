"""Files whose features lie elsewhere: nothing is replaced, and a sentence says what the numbers seem to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyproj import Transformer

from open311.actions.places.load_boundaries import Loaded, load_boundaries
from open311.adapters.geodata import UnreadableGeodata
from open311.catalog.city import Jurisdiction
from open311.domain.place import Box
from tests.conftest import API
from tests.places.layers import EAST, WEST, square

PHILADELPHIA, MADRID = Box(-75.2803, 39.867, -74.9557, 40.138), Box(-3.9, 40.3, -3.5, 40.6)
DATE_LINE = Box(176.8, -19.2, 182.0, -15.6)
Corners = tuple[float, float, float, float]
HOME: Corners = (-75.2, 39.9, -75.1, 40.0)
CENTER: Corners = (-3.75, 40.38, -3.65, 40.45)


def turned(corners: Corners, crs: str) -> Corners:
    turn = Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
    (west, south), (east, north) = turn.transform(*corners[:2]), turn.transform(*corners[2:])
    return west, south, east, north


def swapped(corners: Corners) -> Corners:
    return corners[1], corners[0], corners[3], corners[2]


@pytest.fixture
def load(phila: Jurisdiction, city: Any, tmp_path: Path) -> Callable[..., Loaded]:
    """Load squares as wards; ``bounds`` are those of the city, ``crs`` is what the file names."""

    def run(*corners: Any, bounds: Box | None = PHILADELPHIA, crs: str | None = None) -> Loaded:
        features = [
            {
                "type": "Feature",
                "properties": {"ward": number, "name": f"Ward {number}"},
                "geometry": {"type": "Polygon", "coordinates": each if isinstance(each, list) else square(*each)},
            }
            for number, each in enumerate(corners, 1)
        ]
        document: dict[str, Any] = {"type": "FeatureCollection", "features": features}
        if crs:
            document["crs"] = {"type": "name", "properties": {"name": crs}}
        file = tmp_path / "wards.geojson"
        file.write_text(json.dumps(document))
        return load_boundaries([replace(phila, bounds=bounds)], phila.layers["ward"], str(file))["phila.gov"]

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("corners", "bounds", "crs", "told"),
    [
        (turned(HOME, "EPSG:2272"), PHILADELPHIA, None, "fit EPSG:2272 (NAD83 / Pennsylvania South (ftUS))"),
        (turned(HOME, "EPSG:32129"), PHILADELPHIA, None, "fit EPSG:32129 (NAD83 / Pennsylvania South)"),
        (turned(HOME, "EPSG:3857"), PHILADELPHIA, None, "fit EPSG:3857"),
        (turned(HOME, "EPSG:26918"), PHILADELPHIA, None, "UTM zone 18N"),
        (turned(CENTER, "EPSG:25830"), MADRID, None, "fit EPSG:25830 (ETRS89 / UTM zone 30N)"),
        (swapped(turned(CENTER, "EPSG:25830")), MADRID, None, "UTM zone 30N) with x and y swapped"),
        (turned(HOME, "EPSG:2272"), PHILADELPHIA, "urn:ogc:def:crs:OGC:1.3:CRS84", "fit EPSG:2272"),
        (turned(HOME, "EPSG:3857"), PHILADELPHIA, "EPSG:2272", "fit EPSG:3857"),
        (turned(HOME, "EPSG:2272"), None, None, "metres or feet"),
        (HOME, PHILADELPHIA, "EPSG:3857", "the numbers are degrees already, not EPSG:3857"),
        (HOME, PHILADELPHIA, "EPSG:2272", "the numbers are degrees already, not EPSG:2272"),
        (swapped(HOME), PHILADELPHIA, None, "longitude and latitude seem to be swapped"),
        (swapped(CENTER), MADRID, None, "longitude and latitude seem to be swapped"),
        (swapped((-122.5, 37.7, -122.4, 37.8)), None, None, "longitude and latitude seem to be swapped"),
        (HOME, MADRID, None, "look whether it is the right file"),
        (CENTER, PHILADELPHIA, None, "no feature touches the bounds of phila.gov"),
        ((0.0, 0.0, 0.001, 0.001), PHILADELPHIA, None, "no feature touches the bounds of phila.gov"),
        ((178.0, -17.0, 181.0, -16.0), PHILADELPHIA, None, "no feature touches the bounds of phila.gov"),
        ((-75.2, 39.9, -75.1, 91.0), PHILADELPHIA, None, "is not on the globe"),
        ((-75.2, 39.9, 361.0, 40.0), PHILADELPHIA, None, "is not on the globe"),
        ((-75.2, 39.9, float("nan"), 40.0), PHILADELPHIA, None, "is no number"),
        ((-75.2, 39.9, float("inf"), 40.0), PHILADELPHIA, None, "is no number"),
        ((-75.2, 39.9, 1e300, 40.0), PHILADELPHIA, None, "is not on the globe"),
    ],
)
def test_shapes_that_lie_elsewhere_replace_nothing_and_say_what_they_seem_to_be(
    client: FlaskClient, load: Callable[..., Loaded], corners: Corners, bounds: Box | None, crs: str | None, told: str
) -> None:
    before = client.get(f"{API}/boundaries.json").get_json()
    with pytest.raises(UnreadableGeodata) as refused:
        load(corners, bounds=bounds, crs=crs)
    said = str(refused.value)
    assert told in said
    assert "wards.geojson: " in said
    assert "feature 1 (1)" in said
    assert "\n" not in said
    assert client.get(f"{API}/boundaries.json").get_json() == before


def test_one_shape_off_the_globe_refuses_the_whole_file(load: Callable[..., Loaded]) -> None:
    with pytest.raises(UnreadableGeodata, match=r"feature 2 \(2\) has a corner that is not on the globe"):
        load(HOME, turned(HOME, "EPSG:2272"))


@pytest.mark.parametrize("crs", ["EPSG:2272", "EPSG:3857", "EPSG:26918", "EPSG:4269", "EPSG:4326"])
def test_shapes_in_a_system_that_the_file_names_are_loaded(
    client: FlaskClient, load: Callable[..., Loaded], report: Any, crs: str
) -> None:
    number = report()
    assert load(turned(HOME, crs), crs=crs).tags == 1
    assert [row["service_request_id"] for row in client.get(f"{API}/requests.json?ward=1").get_json()] == [number]


@pytest.mark.parametrize(
    ("corners", "bounds"),
    [
        (HOME, None),
        (CENTER, None),
        ((-76.0, 39.0, -75.2, 39.9), PHILADELPHIA),
        ((-180.0, -90.0, 180.0, 90.0), PHILADELPHIA),
        ((178.0, -17.0, 181.0, -16.0), DATE_LINE),
        ((178.0, -17.0, 179.5, -16.0), DATE_LINE),
        ((-179.5, -17.0, -179.0, -16.0), DATE_LINE),
        ((-182.0, -17.0, -179.0, -16.0), DATE_LINE),
    ],
)
def test_shapes_that_touch_the_city_are_loaded(
    load: Callable[..., Loaded], corners: Corners, bounds: Box | None
) -> None:
    assert load(corners, bounds=bounds).boundaries == 1


def test_a_shape_beyond_the_date_line_holds_the_points_on_its_other_side(
    client: FlaskClient, load: Callable[..., Loaded], report: Any
) -> None:
    load((178.0, -17.0, 181.0, -16.0), bounds=DATE_LINE)
    west, east, far = (report(lat="-16.5", long=long) for long in ("-179.5", "179.5", "-178.5"))
    listed = {row["service_request_id"] for row in client.get(f"{API}/requests.json?ward=1").get_json()}
    assert listed == {west, east}
    assert far not in listed


def test_shapes_far_away_beside_those_of_the_city_are_loaded_too(load: Callable[..., Loaded]) -> None:
    assert load(HOME, CENTER).boundaries == 2


@pytest.mark.slow
def test_no_jurisdiction_is_touched_when_the_file_suits_only_one(
    client: FlaskClient, phila: Jurisdiction, environment: Any, tmp_path: Path, load: Callable[..., Loaded]
) -> None:
    load(HOME)
    before = client.get(f"{API}/boundaries.json").get_json()
    sandbox = replace(environment.city.jurisdictions["sandbox.phila.gov"], bounds=MADRID)
    with pytest.raises(UnreadableGeodata, match=r"bounds of sandbox\.phila\.gov"):
        load_boundaries([phila, sandbox], phila.layers["ward"], str(tmp_path / "wards.geojson"), vintage="new")
    assert client.get(f"{API}/boundaries.json").get_json() == before


def test_an_open_ring_is_closed_and_counted_as_repaired(load: Callable[..., Loaded]) -> None:
    loaded = load([square(*HOME)[0][:-1]])
    assert (loaded.boundaries, loaded.repaired, loaded.refused) == (1, 1, 0)


def test_boundaries_that_overlap_are_named_and_neighbors_are_not(load: Callable[..., Loaded]) -> None:
    assert load(HOME, (-75.15, 39.9, -75.05, 40.0)).remarks == ("1 and 2 overlap: what lies in both counts in both",)
    assert load(WEST, EAST).remarks == ()
    assert load(HOME, (-75.1001, 39.9, -75.0, 40.0)).remarks == ()
