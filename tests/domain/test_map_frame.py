"""Pixels become places and back; corners are read as people write them."""

from __future__ import annotations

import pytest

from open311.domain.map_frame import CLOSEST, MAX_CORNERS, SIDE, Frame, read_corners, write_corners
from open311.domain.place import Box, Point

PHILADELPHIA = Box(-75.2803, 39.867, -74.9557, 40.138)
HALL = Point(-75.1635, 39.9524)


@pytest.mark.parametrize("zoom", [0, 3, CLOSEST])
@pytest.mark.parametrize("pixel", [(0.0, 0.0), (SIDE, SIDE), (17.0, 203.0)])
def test_a_pixel_is_a_place_and_the_place_that_pixel(zoom: int, pixel: tuple[float, float]) -> None:
    frame = Frame.around(PHILADELPHIA, zoom, HALL)
    found = frame.pixel(frame.point(*pixel))
    assert found == pytest.approx(pixel, abs=3)  # a metre, at the closest


def test_a_map_shows_the_whole_city_and_is_as_high_as_wide() -> None:
    frame = Frame.around(PHILADELPHIA)
    assert frame.box.contains(Point(PHILADELPHIA.west, PHILADELPHIA.south))
    assert frame.box.contains(Point(PHILADELPHIA.east, PHILADELPHIA.north))
    assert frame.width == pytest.approx(frame.height / 0.766, rel=0.01)  # the cosine of 40 degrees


def test_closer_is_half_as_much_around_the_same_place() -> None:
    wide, close = Frame.around(PHILADELPHIA, 2, HALL), Frame.around(PHILADELPHIA, 3, HALL)
    assert close.height == pytest.approx(wide.height / 2)
    assert close.pixel(HALL) == pytest.approx((SIDE / 2, SIDE / 2))
    assert Frame.around(PHILADELPHIA, 99, HALL) == Frame.around(PHILADELPHIA, CLOSEST, HALL)


def test_a_map_moves_by_its_sides_and_stays_on_the_globe() -> None:
    frame = Frame.around(PHILADELPHIA, 4, HALL).moved(1, 0)
    assert frame.pixel(HALL) == pytest.approx((-SIDE / 2, SIDE / 2))
    for _ in range(2000):
        frame = frame.moved(10, 10)
    assert frame.centre == Point(180, 85)


@pytest.mark.parametrize("text", ["39.9, -75.1", " 39.9;-75.1 \r\n", "39.9 -75.1", "\n39.9,   -75.1\n\n"])
def test_corners_are_read_as_people_write_them(text: str) -> None:
    assert read_corners(text) == [Point(-75.1, 39.9)]


def test_corners_are_written_as_they_are_read() -> None:
    corners = [Point(-75.1, 39.9), Point(-75.25, 40.0)]
    assert read_corners(write_corners(corners)) == corners


@pytest.mark.parametrize("text", ["x", "39.9", "39.9,-75.1,3", "139.9, -75.1", "1e5, 1", "39.9,-75.1\nhere"])
def test_what_is_no_corner_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"corner|lat"):
        read_corners(text)


def test_corners_have_an_end() -> None:
    with pytest.raises(ValueError, match="at most"):
        read_corners("1, 1\n" * (MAX_CORNERS + 1))
