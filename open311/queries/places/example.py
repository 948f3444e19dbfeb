"""An example of a place: inside a boundary that is loaded, so that a request there is found by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.domain.boundary_name import BoundaryName
from open311.domain.place import Point
from open311.queries.places.near import point
from open311.queries.reading import Statement, fetch_one_as


@dataclass(frozen=True, slots=True)
class PlaceInside:
    """A boundary of a vintage in force, and a point inside it, in degrees."""

    layer: str
    code: str
    long: float
    lat: float

    @property
    def boundary(self) -> str:
        """The boundary as the API names it: ``layer:code``."""
        return str(BoundaryName(self.layer, self.code))


_NEAREST = Statement(
    f"""
    SELECT l.layer, b.code, round(ST_X(inside)::numeric, 5)::float AS long,
           round(ST_Y(inside)::numeric, 5)::float AS lat
    FROM boundary b JOIN layer_in_force l ON l.key = b.layer, LATERAL ST_PointOnSurface(b.geometry) AS inside
    WHERE l.jurisdiction = :jurisdiction
    ORDER BY array_position(:layers, l.layer), b.geometry <-> {point()}, b.key LIMIT 1
    """
)


def place_inside(jurisdiction: str, layers: Sequence[str], near: Point) -> PlaceInside | None:
    """Return the boundary nearest to a point, of the first of ``layers`` that is loaded; None if there is none."""
    given = {"jurisdiction": jurisdiction, "layers": list(layers), "long": near.long, "lat": near.lat}
    return fetch_one_as(PlaceInside, _NEAREST, given)
