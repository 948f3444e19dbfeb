"""Single features of a file: those that cannot be a boundary are named, the others are loaded and have addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

from open311.actions.places.load_boundaries import Loaded, load_boundaries
from open311.catalog.city import Jurisdiction
from tests.conftest import API
from tests.places.layers import EAST, WEST, square

AREA = {"type": "Polygon", "coordinates": square(*WEST)}
OTHER = {"type": "Polygon", "coordinates": square(*EAST)}


@pytest.fixture
def load(phila: Jurisdiction, city: Any, tmp_path: Path) -> Callable[..., Loaded]:
    """Load features, given as (code, name, geometry), as wards."""

    def run(*features: tuple[Any, Any, Any]) -> Loaded:
        listed = [
            {"type": "Feature", "properties": {"ward": code, "name": name}, "geometry": geometry}
            for code, name, geometry in features
        ]
        file = tmp_path / "wards.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": listed}))
        return load_boundaries([phila], phila.layers["ward"], str(file))["phila.gov"]

    return run


@pytest.mark.parametrize(
    ("feature", "told"),
    [
        ((None, "No Code", AREA), "feature 2 (No Code) is left out: it has no code"),
        (("", None, AREA), "feature 2 (without a code) is left out: it has no code"),
        ((" ", "Blank", AREA), "feature 2 (Blank) is left out: it has no code"),
        (("2", "Null", None), "feature 2 (2) is left out: it has no shape"),
        (("2", "Empty", {"type": "Polygon", "coordinates": []}), "feature 2 (2) is left out: it has no shape"),
        (("2", "A", {"type": "Point", "coordinates": [-75.1, 40]}), "feature 2 (2) is left out: its shape is no area"),
        (
            ("2", "A", {"type": "LineString", "coordinates": [[-75.2, 39.9], [-75.1, 40]]}),
            "feature 2 (2) is left out: its shape is no area",
        ),
        (
            ("2", "A", {"type": "Polygon", "coordinates": [[[-75.2, 39.9], [-75.1, 40], [-75.2, 39.9]]]}),
            "feature 2 (2) is left out: its shape has no area",
        ),
        (("x" * 300, "Long", OTHER), "its code has more than 200 characters"),
        (("a\tb", "Tab", OTHER), "its code has control characters"),
        (("a\nb", "Line", OTHER), "its code has control characters"),
        (("a\u200bb", "Zero width", OTHER), "its code has control characters"),
        (("..", "Up", OTHER), "no address can name its code"),
        (("a/../b", "Up", OTHER), "no address can name its code"),
        (("/a", "First", OTHER), "no address can name its code"),
        (("a//b", "Two", OTHER), "no address can name its code"),
    ],
)
def test_a_feature_that_cannot_be_a_boundary_is_named_and_the_others_are_loaded(
    load: Callable[..., Loaded], feature: tuple[Any, Any, Any], told: str
) -> None:
    loaded = load(("1", "One", AREA), feature)
    assert (loaded.boundaries, loaded.refused) == (1, 1)
    (remark,) = loaded.remarks
    assert told in remark
    assert remark.isprintable()


@pytest.mark.parametrize(
    "code", ["5/6", "5?a=b", "5#c", "100%", "%2F", "a b", "ñ/é", "5.geojson", "a:b", "a@b", "&=+", "'\"", ".5", "5..6"]
)
def test_a_code_that_is_loaded_has_an_address_of_its_shape_and_filters(
    client: FlaskClient, load: Callable[..., Loaded], report: Any, code: str
) -> None:
    number = report(long="-75.2")
    load((code, "Odd", AREA), ("other", "Other", OTHER))
    for written in (quote(code, safe=""), quote(code)):
        (found,) = client.get(f"{API}/boundaries/ward/{written}.geojson").get_json()["features"]
        assert found["properties"]["code"] == code
    asked = urlencode({"boundary": f"ward:{code}"})
    assert [row["service_request_id"] for row in client.get(f"{API}/requests.json?{asked}").get_json()] == [number]
    assert number in client.get(f"/feeds/requests.atom?{asked}").get_data(as_text=True)


def test_a_boundary_without_a_name_is_called_by_its_code(client: FlaskClient, load: Callable[..., Loaded]) -> None:
    load(("A-1", None, AREA))
    (found,) = client.get(f"{API}/boundaries/ward.geojson").get_json()["features"]
    assert found["properties"]["name"] == "A-1"


def test_features_that_share_a_code_are_told(load: Callable[..., Loaded]) -> None:
    loaded = load(("1", "Zeta", AREA), (1, "Alpha", OTHER))
    assert loaded.boundaries == 1
    assert loaded.remarks == ("2 features have the code 1: they are one boundary",)


def test_numbers_and_texts_as_codes_in_one_file_are_kept_apart(
    client: FlaskClient, load: Callable[..., Loaded]
) -> None:
    load(("01", "A", AREA), (1, "B", OTHER))
    listed = client.get(f"{API}/boundaries/ward.geojson").get_json()["features"]
    assert {each["properties"]["code"] for each in listed} == {"01", "1"}
