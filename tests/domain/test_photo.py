"""Boxes in photos: in fractions, and rather too large than too small."""

from __future__ import annotations

import pytest

from open311.domain.errors import InvalidArgument
from open311.domain.photo import Box


def test_a_box_is_read_and_written() -> None:
    assert Box.read("0.1, 0.2,0.3,0.45") == Box(0.1, 0.2, 0.3, 0.45)
    assert str(Box(0.1, 0.2, 0.3, 0.45)) == "0.1000,0.2000,0.3000,0.4500"


def test_any_two_opposite_corners_make_it() -> None:
    corners = [((0.1, 0.2), (0.3, 0.4)), ((0.3, 0.4), (0.1, 0.2)), ((0.1, 0.4), (0.3, 0.2)), ((0.3, 0.2), (0.1, 0.4))]
    assert {Box.between(*pair) for pair in corners} == {Box(0.1, 0.2, 0.3, 0.4)}


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "a,b,c,d", "0,0,0,1", "0,0,1,0", "0.5,0,0.4,1", "-0.1,0,1,1", "0,0,1.1,1", "nan,0,1,1"]
)
def test_what_is_no_part_of_a_photo_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="box"):
        Box.read(text)


@pytest.mark.parametrize(
    ("box", "pixels"),
    [
        (Box(0, 0, 1, 1), (0, 0, 99, 49)),
        (Box(0.1, 0.1, 0.2, 0.2), (10, 5, 19, 9)),
        (Box(0.101, 0.101, 0.199, 0.199), (10, 5, 19, 9)),
        (Box(0.5, 0.5, 0.5001, 0.5001), (50, 25, 50, 25)),
    ],
)
def test_every_pixel_that_it_touches_is_in_it(box: Box, pixels: tuple[int, int, int, int]) -> None:
    assert box.pixels(100, 50) == pixels
