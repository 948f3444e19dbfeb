"""The files of ``shared/cases/boundaries``, where they are at hand: each is loaded, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from open311.actions.base.environment import Environment
from open311.actions.places.load_boundaries import Loaded, load_boundaries
from open311.adapters.geodata import UnreadableGeodata
from tests.conftest import SANDBOX, SHARED_DATA

CASES = SHARED_DATA.parent / "cases" / "boundaries"
HERE = "sandbox.phila.gov"
REFUSED = {
    "projected-no-crs.geojson": "not on the globe; the numbers fit EPSG:2272",
    "wards-projected.geojson": "not on the globe; the numbers fit EPSG:2272",
    "projected-says-84.geojson": "not on the globe; the numbers fit EPSG:3857",
    "two-layers.zip": "a_city_limits.shp, districts.shp",
    "latin1.geojson": "not UTF-8",
    "bare-geometry.geojson": "no property 'district'",
    "local-grid-prj.zip": "the numbers fit EPSG:2272",
    # On the globe, but not in Philadelphia: test_where_features_lie.py loads its like into a city at the date line.
    "antimeridian.geojson": "no feature touches the bounds",
}
LOADED = {
    "arcs.gml": 1,
    "bom.geojson": 1,
    "bow-tie.geojson": 1,
    "cp1252-no-cpg.zip": 2,
    "duplicate-codes.geojson": 1,
    "empty-and-null.geojson": 2,
    "folder.zip": 2,
    "hole-as-second-polygon.geojson": 1,
    "lines.geojsonl": 2,
    "mac-folder.zip": 2,
    "mixed-code-types.geojson": 3,
    "multipolygon-with-hole.geojson": 2,
    "no-prj.zip": 2,
    "old-hood.geojson": 1,
    "overlapping.geojson": 2,
    "plain.zip": 2,
    "projected-crs-2272.geojson": 2,
    "projected-crs-3857.geojson": 1,
    "single-feature.geojson": 1,
    "stateplane-esri-prj.zip": 2,
    "stateplane-prj.zip": 2,
    "three-coordinates.geojson": 1,
    "unclosed-ring.geojson": 1,
}
REMARKS = {
    "overlapping.geojson": ["1 and 2 overlap"],
    "duplicate-codes.geojson": ["2 features have the code 1"],
    "empty-and-null.geojson": ["feature 2 (2)", "feature 3 (3)", "feature 4 (4)"],
    "mixed-code-types.geojson": ["feature 4 (D)"],
}

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the files of cases/boundaries are not at hand")


@pytest.fixture
def load(environment: Environment, city: Any) -> Callable[..., Loaded]:
    """Load a file into the sandbox."""

    def run(name: str, **when: Any) -> Loaded:
        layer = {"wards-projected.geojson": "ward", "old-hood.geojson": "neighborhood"}.get(name, "council_district")
        sandbox = environment.city.jurisdictions[HERE]
        return load_boundaries([sandbox], sandbox.layers[layer], str(CASES / name), vintage="t", **when)[HERE]

    return run


OTHERS = sorted({each.name for each in CASES.glob("*")} - REFUSED.keys() - LOADED.keys())


@pytest.mark.parametrize("name", [name for name in REFUSED if (CASES / name).exists()])
def test_a_file_that_cannot_be_right_is_refused_and_nothing_changes(
    client: FlaskClient, load: Callable[..., Loaded], name: str
) -> None:
    before = client.get(f"{SANDBOX}/boundaries.json").get_json()
    with pytest.raises(UnreadableGeodata) as refused:
        load(name)
    assert REFUSED[name] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert client.get(f"{SANDBOX}/boundaries.json").get_json() == before


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_in_no_table_is_loaded_or_refused_with_a_sentence(
    load: Callable[..., Loaded], name: str
) -> None:
    try:
        told = f"{name}: {load(name).boundaries} boundaries"
    except UnreadableGeodata as refused:
        told = str(refused)
    assert name in told
    assert "\n" not in told


@pytest.mark.parametrize("name", [name for name in LOADED if (CASES / name).exists()])
def test_a_file_that_is_right_is_loaded_and_what_is_odd_is_told(load: Callable[..., Loaded], name: str) -> None:
    loaded = load(name)
    assert loaded.boundaries == LOADED[name]
    expected = REMARKS.get(name, [])
    assert len(loaded.remarks) == len(expected)
    for remark, beginning in zip(loaded.remarks, expected, strict=True):
        assert remark.startswith(beginning)


def test_a_vintage_that_has_ended_is_not_in_force(client: FlaskClient, load: Callable[..., Loaded]) -> None:
    load("old-hood.geojson", valid_from=date(2010, 1, 1), valid_to=date(2015, 12, 31))
    found = {layer["layer"]: layer["current"] for layer in client.get(f"{SANDBOX}/boundaries.json").get_json()}
    assert found["neighborhood"] is False
    refused = client.get(f"{SANDBOX}/requests.json?boundary=neighborhood:OLD-HOOD")
    assert refused.status_code == 400
    assert "in force" in refused.get_json()[0]["description"]
    assert client.get(f"{SANDBOX}/requests.json?boundary=neighborhood@t:OLD-HOOD").status_code == 200
