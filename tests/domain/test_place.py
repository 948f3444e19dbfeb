"""Points, the boxes around them, and what the public may see of a place."""

import math

import pytest

from open311.domain.exposure import Precision
from open311.domain.place import EARTH_RADIUS, Point, box_around
from open311.domain.public_place import BLOCK_DEGREES, public_address, public_point

CITY_HALL = Point(long=-75.163526, lat=39.952583)


@pytest.mark.parametrize("lat", [90.001, -91, math.nan, math.inf])
def test_a_latitude_off_the_globe_is_refused(lat: float) -> None:
    with pytest.raises(ValueError, match="lat must be"):
        Point(long=0, lat=lat)


@pytest.mark.parametrize("long", [180.001, -181, math.nan, -math.inf])
def test_a_longitude_off_the_globe_is_refused(long: float) -> None:
    with pytest.raises(ValueError, match="long must be"):
        Point(long=long, lat=0)


@pytest.mark.parametrize("lat", [0, 39.95, -60, 84, 89.99])
@pytest.mark.parametrize("metres", [1, 500, 20_000])
def test_a_box_holds_its_circle(lat: float, metres: float) -> None:
    box = box_around(Point(long=10, lat=lat), metres)
    for bearing in range(0, 360, 3):
        edge = _walk(Point(long=10, lat=lat), bearing, metres)
        assert box.south <= edge.lat <= box.north
        assert box.west <= edge.long <= box.east


def test_a_box_in_philadelphia_is_hardly_larger_than_its_circle() -> None:
    box = box_around(CITY_HALL, 500)
    height = math.radians(box.north - box.south) * EARTH_RADIUS
    width = math.radians(box.east - box.west) * EARTH_RADIUS * math.cos(math.radians(CITY_HALL.lat))
    assert 1000 < height < 1050
    assert 1000 < width < 1050


def _walk(start: Point, bearing: float, metres: float) -> Point:
    """Where a walk over the sphere ends."""
    lat, angle, turn = math.radians(start.lat), metres / EARTH_RADIUS, math.radians(bearing)
    end = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(turn))
    along = math.sin(turn) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(end)
    long = start.long + math.degrees(math.atan2(*along))
    return Point(long=(long + 180) % 360 - 180, lat=math.degrees(end))


def test_an_exact_point_stays_itself_and_a_boundary_hides_it() -> None:
    assert public_point(CITY_HALL, Precision.EXACT) == CITY_HALL
    assert public_point(CITY_HALL, Precision.BOUNDARY) is None
    assert public_point(None, Precision.EXACT) is None


def test_all_points_of_a_block_show_the_same_point() -> None:
    near = Point(long=CITY_HALL.long + 0.0003, lat=CITY_HALL.lat + 0.0003)
    shown = public_point(CITY_HALL, Precision.BLOCK)
    assert shown == public_point(near, Precision.BLOCK)
    assert shown is not None
    assert shown != CITY_HALL
    assert abs(shown.lat - CITY_HALL.lat) <= BLOCK_DEGREES / 2


def test_the_point_that_a_block_shows_stays_where_it_is() -> None:
    shown = public_point(CITY_HALL, Precision.BLOCK)
    assert public_point(shown, Precision.BLOCK) == shown


@pytest.mark.parametrize(("long", "lat"), [(180, 90), (-180, -90)])
def test_a_block_at_the_end_of_the_globe_stays_on_it(long: float, lat: float) -> None:
    assert public_point(Point(long=long, lat=lat), Precision.BLOCK) is not None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("1415 E PASSYUNK AVE", "1400 block of E PASSYUNK AVE"),
        ("1415-17 N 10TH ST", "1400 block of N 10TH ST"),
        ("1415A Spruce St, Philadelphia, PA 19102", "1400 block of Spruce St"),
        ("1415 1/2 Spruce St", "1400 block of Spruce St"),
        ("7 Elfreths Aly", "0 block of Elfreths Aly"),
        ("1415 Spruce St Apt 2R", "1400 block of Spruce St"),
        ("1415 Spruce St #3", "1400 block of Spruce St"),
        ("1415 Spruce St 2R", None),
        ("1415 & 1417 Spruce St", None),
        ("Apt 3, 1415 Spruce St", None),
        ("5th & Market Sts", None),
        ("1415", None),
        ("9" * 5000 + " Spruce St", None),
        ("", ""),
        (None, None),
    ],
)
def test_the_address_of_a_block(address: str | None, shown: str | None) -> None:
    assert public_address(address, Precision.BLOCK) == shown


def test_an_exact_address_stays_itself_and_a_boundary_hides_it() -> None:
    assert public_address("1415 Spruce St", Precision.EXACT) == "1415 Spruce St"
    assert public_address("1415 Spruce St", Precision.BOUNDARY) is None
