"""The names of boundaries are read and written."""

from __future__ import annotations

import pytest

from open311.domain.boundary_name import BoundaryName


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ward:5", BoundaryName("ward", "5")),
        ("ward@2019:5", BoundaryName("ward", "5", "2019")),
        ("police_district:22nd: north", BoundaryName("police_district", "22nd: north")),
    ],
)
def test_a_name_is_read_and_written_again(text: str, name: BoundaryName) -> None:
    assert BoundaryName.read(text) == name
    assert str(name) == text


def test_spaces_around_are_no_part_of_a_name() -> None:
    assert BoundaryName.read(" ward@ 2019 : 5 ") == BoundaryName("ward", "5", "2019")


@pytest.mark.parametrize("text", ["", "5", "ward", "ward:", ":5", "Ward:5", "ward@:5", "ward@2019"])
def test_anything_else_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match="layer:code"):
        BoundaryName.read(text)
