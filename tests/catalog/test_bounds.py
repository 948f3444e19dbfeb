"""Bounds of a city that are swapped, far away or no degrees are told by ``open311 catalog check``."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import pytest

from open311.catalog.bounds import _places, bounds_fault

CITIES = [
    ([-75.2803, 39.867, -74.9557, 40.138], "America/New_York"),
    ([-3.9, 40.3, -3.5, 40.6], "Europe/Madrid"),
    ([-118.67, 33.70, -118.15, 34.34], "America/Los_Angeles"),
    ([-157.9, 21.2, -157.6, 21.4], "Pacific/Honolulu"),
    ([75.8, 39.3, 76.2, 39.6], "Asia/Shanghai"),
    ([177.9, -18.3, 178.6, -17.9], "Pacific/Fiji"),
    ([-178.6, -18.3, -177.9, -17.9], "Pacific/Fiji"),
    ([178.0, -19.0, 181.5, -16.0], "Pacific/Fiji"),
    ([18.3, -34.2, 18.8, -33.7], "Africa/Johannesburg"),
    ([-46.9, -24.0, -46.3, -23.3], "America/Sao_Paulo"),
    ([24.8, 60.1, 25.3, 60.3], "Europe/Helsinki"),
    ([-67.4, 44.8, -66.9, 45.0], "America/New_York"),
    ([-124.0, 49.0, -122.5, 49.5], "America/Vancouver"),
    ([115.6, -32.2, 116.1, -31.7], "Australia/Perth"),
]


@pytest.mark.parametrize(("bounds", "zone"), CITIES)
def test_the_bounds_of_a_city_near_its_time_zone_are_no_fault(bounds: list[float], zone: str) -> None:
    assert bounds_fault(bounds, zone) is None


@pytest.mark.parametrize(("bounds", "zone"), CITIES)
def test_swapped_bounds_are_told_with_the_right_order(bounds: list[float], zone: str) -> None:
    west, south, east, north = bounds
    told = bounds_fault([south, west, north, east], zone)
    assert told == f"longitude and latitude are swapped: write {bounds} (west, south, east, north)"


@pytest.mark.parametrize(
    ("bounds", "zone", "told"),
    [
        ([75.0, 39.9, 75.3, 40.1], "America/New_York", "lie far from America/New_York"),
        ([-75.3, -40.1, -75.0, -39.9], "America/New_York", "lie far from America/New_York"),
        ([0, 0, 1, 1], "America/New_York", "lie far from America/New_York"),
        ([10, 5, 9, 6], "UTC", "must be west, south, east, north"),
        ([2660000, 200000, 2750000, 300000], "America/New_York", "must be west, south, east, north"),
        ([-75.3, 40.1, -75.0, 39.9], "America/New_York", "must be west, south, east, north"),
        ([-75.0, 39.9, -75.3, 40.1], "America/New_York", "must be west, south, east, north"),
        ([float("nan"), 39.9, -75.3, 40.1], "America/New_York", "must be west, south, east, north"),
        ([-75.3, 39.9, float("inf"), 40.1], "America/New_York", "must be west, south, east, north"),
    ],
)
def test_bounds_that_cannot_be_are_told(bounds: list[float], zone: str, told: str) -> None:
    assert told in (bounds_fault(bounds, zone) or "")


@pytest.mark.parametrize("bounds", [None, [], [1, 2, 3], "1,2,3,4", ["a", 1, 2, 3], {"west": 1}])
def test_other_shapes_are_left_to_the_schema(bounds: Any) -> None:
    assert bounds_fault(bounds, "America/New_York") is None


def test_a_zone_without_a_place_is_no_reason_for_a_fault() -> None:
    assert bounds_fault([39.867, -75.2803, 40.138, -74.9557], "Etc/GMT+5") is None
    assert bounds_fault([0, 0, 1, 1], "no zone") is None


def test_places_are_known_for_the_zones_that_cities_have() -> None:
    assert len(_places()) > 300
    assert _places().keys() <= available_timezones()
