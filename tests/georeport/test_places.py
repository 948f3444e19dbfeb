"""GET requests by place: boundaries, boxes, circles; distances in metres on the spheroid; what is blurred stays so."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import moderate
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.exposure import Moderation
from tests.conftest import API
from tests.georeport.conftest import ago, case, listed, refused

WARD_5, WARD_6 = {"lat": 39.96, "long": -75.1}, {"lat": 39.96, "long": -75.2}
OUTSIDE = {"lat": 41.0, "long": -75.0}
NOWHERE = {"lat": None, "long": None}


# Boundaries


@pytest.fixture
def in_wards(put: Any) -> None:
    """1 and 2 in ward 5, 3 in ward 6, 4 outside, 5 without a place."""
    put(case("1", **WARD_5), case("2", **WARD_5, status="closed", description="red wall"))
    put(case("3", **WARD_6), case("4", **OUTSIDE), case("5", **NOWHERE))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ward=5", ["2", "1"]),
        ("ward=6", ["3"]),
        ("ward=+5+", ["2", "1"]),
        ("ward=", ["5", "4", "3", "2", "1"]),
        ("boundary=ward:5", ["2", "1"]),
        ("boundary=ward@sample:5", ["2", "1"]),
        ("boundary=ward:5&boundary=ward@sample:5", ["2", "1"]),
        ("ward=5&boundary=ward:5", ["2", "1"]),
        ("ward=5&ward=6", []),
        ("ward=5&boundary=ward:6", []),
        ("ward=5&status=closed", ["2"]),
        ("ward=5&q=wall", ["2"]),
        ("ward=5&service_code=SR-ST01", []),
        ("ward=5&bbox=-75.11,39.95,-75.09,39.97", ["2", "1"]),
        ("ward=6&bbox=-75.11,39.95,-75.09,39.97", []),
        ("ward=5&lat=39.96&long=-75.1&radius=5&sort=distance", ["2", "1"]),
        ("ward=5&end_date=2020-01-01", []),
        ("ward=5&updated_after=2020-01-01&status=open", ["1"]),
    ],
)
def test_requests_are_listed_by_boundary_together_with_other_filters(
    client: FlaskClient, in_wards: None, query: str, expected: list[str]
) -> None:
    for suffix in ("json", "xml"):
        assert listed(client, query, suffix) == expected


@pytest.mark.parametrize(
    "boundary", ["nonsense:5", "Ward:5", "ward", "ward:", "5", ":5", "ward@:5", "@sample:5", "ward@a@b:5", "wards:5"]
)
def test_a_layer_that_the_city_has_not_is_refused(client: FlaskClient, in_wards: None, boundary: str) -> None:
    assert refused(client, f"boundary={boundary}").startswith("boundary: ")


def test_the_refusal_names_the_layers_that_there_are(client: FlaskClient, phila: Jurisdiction) -> None:
    reason = refused(client, "boundary=borough:5")
    assert all(layer in reason for layer in phila.layers)


@pytest.mark.parametrize("beside", ["", "&ward=5", "&extensions=true"])
@pytest.mark.parametrize("layer", ["zip", "neighborhood", "ward@1990"])
def test_a_layer_or_vintage_that_is_not_loaded_is_not_taken_for_an_empty_one(
    client: FlaskClient, in_wards: None, layer: str, beside: str
) -> None:
    reason = f"boundary: {layer} is not loaded; GET boundaries lists what there is"
    assert refused(client, f"boundary={layer}:5{beside}") == reason


def test_a_vintage_of_the_future_is_loaded_but_not_in_force(client: FlaskClient, in_wards: None, load: Any) -> None:
    load("zip", {"19147": (-75.3, 39.9, -74.9, 40.0)}, vintage="2099", valid_from=date(2099, 1, 1))
    assert listed(client, "boundary=zip@2099:19147") != []
    assert "no vintage of zip is in force today; ask for one by its name, like zip@2099:19147" in refused(
        client, "boundary=zip:19147"
    )


def test_several_boundaries_of_several_layers_must_all_hold(client: FlaskClient, put: Any, load: Any) -> None:
    load("zip", {"19100": (-75.15, 39.9, -74.9, 40.0), "19200": (-75.3, 39.9, -75.15, 40.0)})
    put(case("1", **WARD_5), case("2", **WARD_6), case("3", **OUTSIDE))
    assert listed(client, "boundary=zip:19100") == ["1"]
    assert listed(client, "boundary=zip:19100&ward=5") == listed(client, "ward=5&boundary=zip:19100") == ["1"]
    assert listed(client, "boundary=zip:19200&ward=5") == []


def test_a_vintage_is_named_behind_the_layer(client: FlaskClient, put: Any, load: Any) -> None:
    load("ward", {"5": (-75.15, 39.9, -74.9, 40.0)}, vintage="1990")
    load("ward", {"5": (-75.3, 39.9, -75.15, 40.0)}, vintage="2020", valid_from=date(2020, 1, 1))
    put(case("east", **WARD_5), case("west", **WARD_6))
    assert listed(client, "ward=5") == listed(client, "boundary=ward@2020:5") == ["west"]
    assert listed(client, "boundary=ward@1990:5") == ["east"]
    assert listed(client, "boundary=ward@1990:5&ward=5") == []


def test_ten_boundaries_can_be_asked_at_once_and_no_more(client: FlaskClient, in_wards: None) -> None:
    """PostgreSQL plans each as a join: some hundreds would keep it busy for many minutes."""
    ten = "&".join(f"boundary=ward:{number}" for number in range(1, 11))
    assert listed(client, ten) == []
    assert "10" in refused(client, f"{ten}&ward=11")


# Boxes


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ("-75.11,39.95,-75.09,39.97", ["corner"]),
        ("-75.1,39.96,-75.1,39.96", ["corner"]),
        ("-75.1,39.96,-75.0,40.0", ["corner"]),
        ("-75.2,39.9,-75.1,39.96", ["west", "corner"]),
        ("-75.0999,39.95,-75.0,39.97", []),
        ("-75.2,39.95,-75.1001,39.97", ["west"]),
        ("-75.11,39.9601,-75.09,39.97", []),
        ("-75.11,39.95,-75.09,39.9599", []),
        ("-180,-90,180,90", ["west", "corner"]),
        ("%20-76%20,%2039,-75,40", ["west", "corner"]),
        ("", ["nowhere", "west", "corner"]),
    ],
)
def test_the_edges_belong_to_a_box(client: FlaskClient, put: Any, box: str, expected: list[str]) -> None:
    put(case("corner", **WARD_5), case("west", **WARD_6), case("nowhere", **NOWHERE))
    for suffix in ("json", "xml"):
        assert listed(client, f"bbox={box}", suffix) == expected


@pytest.mark.parametrize(
    "box",
    [
        "-75.09,39.95,-75.11,39.97",
        "-75.11,39.97,-75.09,39.95",
        "-75.11,39.95,-75.09",
        "-75.11,39.95,-75.09,39.97,0",
        "-75.11,39.95,-75.09,x",
        "-75.11,39.95,-75.09,",
        "-181,39,-75,40",
        "-76,-91,-75,40",
        "-76,39,-75,91",
        "nan,nan,nan,nan",
        "-inf,-inf,inf,inf",
        "-75.11;39.95;-75.09;39.97",
        "0,0,0,0;DROP",
    ],
)
def test_what_is_no_box_is_refused(client: FlaskClient, put: Any, box: str) -> None:
    put(case("1", **WARD_5))
    assert refused(client, f"bbox={box}").startswith("bbox: ")


# Circles


def test_a_radius_is_measured_on_the_spheroid(client: FlaskClient, put: Any) -> None:
    """0.01 degrees from 39.9526, -75.1652: 1,110.4 m north and 854.6 m east (on a sphere 1,112.0 m and 852.4 m)."""
    put(case("north", lat=39.9626), case("east", long=-75.1552))
    here = "lat=39.9526&long=-75.1652&radius="
    assert [listed(client, f"{here}{metres}") for metres in (853.5, 854.3, 854.9)] == [[], [], ["east"]]
    assert [listed(client, f"{here}{metres}") for metres in (1110, 1111)] == [["east"], ["east", "north"]]
    assert listed(client, f"{here}1111&sort=distance") == ["east", "north"]


@pytest.mark.parametrize("seed", range(3))
def test_circles_hold_what_postgis_says_in_the_order_of_distance(
    client: FlaskClient, city: Connection, put: Any, seed: int
) -> None:
    chance = random.Random(seed)
    points = [(round(chance.gauss(-75.16, 0.03), 6), round(chance.gauss(39.95, 0.03), 6)) for _ in range(200)]
    put(*(case(str(place), long=long, lat=lat) for place, (long, lat) in enumerate(points)))
    plain = text(
        "SELECT service_request_id FROM publication WHERE ST_Distance(geography(point), geography(ST_SetSRID("
        "ST_MakePoint(:long, :lat), 4326)), true) <= :metres"
        " ORDER BY ST_Distance(geography(point), geography(ST_SetSRID(ST_MakePoint(:long, :lat), 4326)), true),"
        " service_request DESC"
    )
    found = 0
    for _ in range(20):
        long, lat = chance.choice(points) if chance.random() < 0.3 else (chance.gauss(-75.16, 0.05), 39.95)
        circle = {"long": long, "lat": lat, "metres": round(10 ** chance.uniform(0, 4.69), 3)}
        expected = list(city.scalars(plain, circle))
        query = f"long={long}&lat={lat}&radius={circle['metres']}"
        assert listed(client, f"{query}&sort=distance", "xml") == expected, query
        assert set(listed(client, query, "xml")) == set(expected), query
        found += len(expected)
    assert found > 100


def test_what_has_no_place_lies_in_no_circle(client: FlaskClient, put: Any) -> None:
    put(case("1", **NOWHERE))
    assert listed(client, "lat=39.9526&long=-75.1652&radius=50000") == []


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("status=open", ["near", "far"]),
        ("service_code=SR-ST01", ["street"]),
        ("q=wall", ["far"]),
        ("ward=5", ["near", "street", "far"]),
        ("bbox=-75.17,39.9525,-75.16,39.9527", ["near"]),
        ("start_date=2020-01-01", []),
        ("page_size=1&page=2", ["street"]),
        ("sort=newest", ["far", "street", "near"]),
        ("sort=", ["far", "street", "near"]),
    ],
)
def test_circles_go_with_other_filters(client: FlaskClient, put: Any, beside: str, expected: list[str]) -> None:
    put(
        case("near", ago(hours=3)),
        case("street", ago(hours=2), lat=39.9536, service_code="SR-ST01", status="closed"),
        case("far", ago(hours=1), lat=39.9546, description="wall"),
    )
    order = "" if "sort" in beside else "&sort=distance"
    assert listed(client, f"lat=39.9526&long=-75.1652&radius=300&{beside}{order}") == expected


@pytest.mark.parametrize(
    "query",
    [
        "lat=39.95",
        "long=-75.16",
        "radius=100",
        "long=-75.16&radius=100",
        "lat=91&long=0&radius=1",
        "lat=0&long=-181&radius=1",
        "lat=nan&long=0&radius=1",
        "lat=39.95&long=inf&radius=1",
        "lat=x&long=-75.16&radius=100",
        "lat=39,95&long=-75,16&radius=100",
        "lat=39.95&long=-75.16&radius=0",
        "lat=39.95&long=-75.16&radius=-5",
        "lat=39.95&long=-75.16&radius=50001",
        "lat=39.95&long=-75.16&radius=nan",
        "lat=39.95&long=-75.16&radius=5m",
        "sort=distance",
        "sort=distance&bbox=-76,39,-75,40",
        "sort=near&lat=39.95&long=-75.16&radius=100",
        "sort=DISTANCE&lat=39.95&long=-75.16&radius=100",
    ],
)
def test_what_is_no_circle_is_refused(client: FlaskClient, query: str) -> None:
    refused(client, query)


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        ("lat=90&long=0", ["pole"]),
        ("lat=-90&long=180", []),
        ("lat=0&long=180", ["east"]),
        ("lat=0&long=-180", ["west"]),
    ],
)
def test_circles_at_the_ends_of_the_map_are_answered(
    client: FlaskClient, put: Any, middle: str, expected: list[str]
) -> None:
    put(case("east", lat=0.0, long=180.0), case("west", lat=0.0, long=-180.0), case("pole", lat=90.0, long=77.0))
    assert listed(client, f"{middle}&radius=1000&sort=distance") == expected


# What is blurred

HAZARD = {"service_code": "SR-LI16", "attribute[building_kind]": "house", "attribute[property_type]": None}
"""Of a service whose places are published as blocks."""
TENTS = {"service_code": "PHL-HOMELESS-ENCAMPMENT-REQUEST", "attribute[property_type]": None}
"""Of a reviewed service whose places are published as neighborhoods."""


def place_of(client: FlaskClient, number: str) -> tuple[Any, Any]:
    (found,) = client.get(f"{API}/requests/{number}.json").get_json()
    return found["lat"], found["long"]


def test_a_blurred_request_is_found_at_its_public_point_only(client: FlaskClient, report: Any) -> None:
    number = report(**HAZARD, lat="39.9527", long="-75.1653")
    lat, long = place_of(client, number)
    assert (lat, long) != (39.9527, -75.1653)
    assert listed(client, "lat=39.9527&long=-75.1653&radius=20") == []
    assert listed(client, "bbox=-75.16531,39.95269,-75.16529,39.95271") == []
    assert listed(client, f"lat={lat}&long={long}&radius=1") == [number]
    assert listed(client, f"bbox={long},{lat},{long},{lat}") == [number]


def test_the_order_by_distance_does_not_tell_the_true_place(client: FlaskClient, report: Any, put: Any) -> None:
    number = report(**HAZARD, lat="39.9527", long="-75.1653")
    lat, _ = place_of(client, number)
    put(case("between", lat=39.9527 + (lat - 39.9527) / 4, long=-75.1653))
    assert listed(client, "lat=39.9527&long=-75.1653&radius=500&sort=distance") == ["between", number]


def test_two_places_of_one_block_cannot_be_told_apart(client: FlaskClient, report: Any) -> None:
    numbers = [report(**HAZARD, lat=lat, long=long) for lat, long in (("39.9523", "-75.1657"), ("39.9537", "-75.1643"))]
    assert place_of(client, numbers[0]) == place_of(client, numbers[1])


def test_a_request_published_by_its_boundary_is_found_at_a_point_of_it(
    client: FlaskClient, environment: Environment, report: Any, load: Any
) -> None:
    load("neighborhood", {"FAIRMOUNT": (-75.2, 39.94, -75.14, 39.98)})
    places = [("39.9412", "-75.1988"), ("39.9781", "-75.1422")]
    numbers = [report(**TENTS, lat=lat, long=long) for lat, long in places]
    assert listed(client, "boundary=neighborhood:FAIRMOUNT") == []
    for number in numbers:
        moderate(environment, CaseRef("phila.gov", number), Actor("staff:test"), Moderation.APPROVED)
    lat, long = place_of(client, numbers[0])
    assert place_of(client, numbers[1]) == (lat, long)
    assert sorted(listed(client, f"lat={lat}&long={long}&radius=1")) == sorted(numbers)
    assert sorted(listed(client, "boundary=neighborhood:FAIRMOUNT")) == sorted(numbers)
    for true_lat, true_long in places:
        assert listed(client, f"lat={true_lat}&long={true_long}&radius=100") == []


def test_wards_go_by_the_public_point(client: FlaskClient, report: Any, load: Any) -> None:
    load("ward", {"1": (-75.3, 39.9, -75.1653, 40.0), "2": (-75.1652, 39.9, -75.0, 40.0)})
    number = report(**HAZARD, lat="39.9527", long="-75.1657")
    _, long = place_of(client, number)
    assert long > -75.1652
    assert listed(client, "ward=1") == []
    assert listed(client, "ward=2") == [number]
