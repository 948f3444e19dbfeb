"""Outlines of boundaries as paths of an SVG: maps that need no other host."""

from __future__ import annotations

from dataclasses import dataclass

from open311.domain.place import Box, Point
from open311.queries.places.near import METRES_PER_DEGREE, box
from open311.queries.reading import Statement, fetch_as

PICTURE_WIDTH, PICTURE_HEIGHT = 360, 240
"""Size of the picture around a point, in pixels."""
SCALE_METRES = (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50)
"""Lengths in metres that a scale bar can have."""
MAX_SCALE_PIXELS = 90
"""Longest scale bar below a picture."""

# The smallest boundary around the point fills the picture; its neighbors in its layer are cut at the edges.
# Degrees of longitude are shortened by the cosine, so that streets stand at right angles.
_MAP = Statement(
    f"""
    WITH home AS (
        SELECT b.key, b.layer, b.geometry FROM boundary b WHERE b.key = ANY(:keys)
        ORDER BY ST_Area(b.geometry), b.key LIMIT 1
    ), frame AS (
        SELECT home.layer, home.key, cos(radians(:lat)) AS narrow,
               (ST_XMin(geometry) + ST_XMax(geometry)) / 2 AS x, (ST_YMin(geometry) + ST_YMax(geometry)) / 2 AS y,
               1.1 * greatest((ST_XMax(geometry) - ST_XMin(geometry)) * cos(radians(:lat)) / :width,
                              (ST_YMax(geometry) - ST_YMin(geometry)) / :height) AS scale
        FROM home
    ), picture AS (
        SELECT layer, key, narrow / scale AS across, 1 / scale AS up,
               x - :width * scale / narrow / 2 AS west, y + :height * scale / 2 AS north, scale,
               ST_MakeEnvelope(x - :width * scale / narrow / 2, y - :height * scale / 2,
                               x + :width * scale / narrow / 2, y + :height * scale / 2, 4326) AS box
        FROM frame
    )
    SELECT b.name, b.key = w.key AS home,
           ST_AsSVG(ST_TransScale(ST_Simplify(ST_ClipByBox2D(b.geometry, ST_Expand(w.box, 4 * w.scale)),
                                              0.6 * w.scale), -w.west, -w.north, w.across, w.up), 1, 1) AS path,
           (:long - w.west) * w.across AS x, (w.north - :lat) * w.up AS y, {METRES_PER_DEGREE} * w.scale AS metres
    FROM picture w JOIN boundary b ON b.layer = w.layer AND ST_Intersects(b.geometry, w.box)
    ORDER BY home, b.key
    """
)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A boundary as the statement draws it, with the numbers that are the same for the whole picture."""

    name: str
    home: bool
    path: str | None
    x: float
    y: float
    metres: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A boundary in the picture around a point."""

    name: str
    home: bool
    """Whether it is the boundary that contains the point."""
    path: str


@dataclass(frozen=True, slots=True)
class Map:
    """A picture of ``PICTURE_WIDTH`` by ``PICTURE_HEIGHT`` pixels: outlines, and the pixel (x, y) of the point."""

    outlines: list[Outline]
    x: float
    y: float
    metres: float
    """Metres that one pixel stands for."""

    @property
    def scale(self) -> tuple[int, float]:
        """The scale bar: a round number of metres, and the length in pixels at which it is drawn."""
        longest = MAX_SCALE_PIXELS * self.metres
        length = next((each for each in SCALE_METRES if each <= longest), SCALE_METRES[-1])
        return length, round(length / self.metres, 1)


def around(point: Point, boundaries: list[int]) -> Map | None:
    """The map around a point that lies in these boundaries (keys); None when it lies in no boundary."""
    size = {"width": PICTURE_WIDTH, "height": PICTURE_HEIGHT}
    drawn = fetch_as(_Drawn, _MAP, {"long": point.long, "lat": point.lat, "keys": boundaries, **size})
    if not drawn:
        return None
    shown = [Outline(each.name, each.home, each.path) for each in drawn if each.path]
    return Map(shown, round(drawn[0].x, 1), round(drawn[0].y, 1), drawn[0].metres)


# PostGIS turns y around when it writes SVG, so the upper left corner is (west, north).
_OUTLINES = Statement(
    f"""
    WITH shown AS (
        SELECT b.code, ST_TransScale(ST_ClipByBox2D(ST_Simplify(b.geometry, (:north - :south) / :side), frame.box),
                                     -:west, -:north, :side / (:east - :west), :side / (:north - :south)) AS shape
        FROM boundary b, (SELECT {box()} AS box) AS frame
        WHERE b.geometry && frame.box AND b.layer = (
            SELECT key FROM layer_in_force WHERE jurisdiction = :jurisdiction
            ORDER BY array_position(:layers, layer), valid_from DESC NULLS LAST, key DESC LIMIT 1)
    )
    SELECT ST_AsSVG(shape, 0, 1) AS path, code, ST_X(name) AS x, -ST_Y(name) AS y
    FROM shown, ST_PointOnSurface(shape) AS name WHERE NOT ST_IsEmpty(shape) ORDER BY code
    """
)


@dataclass(frozen=True, slots=True)
class AreaOutline:
    """A boundary as a map shows it: its path in pixels, its code, and the pixel (x, y) where the code is written."""

    path: str
    code: str
    x: float
    y: float


def within(jurisdiction: str, layers: list[str], frame: Box, pixels: int) -> list[AreaOutline]:
    """The first of these layers that is loaded, as a square map of so many pixels a side shows it."""
    sides = {"west": frame.west, "south": frame.south, "east": frame.east, "north": frame.north}
    asked = {**sides, "side": float(pixels), "jurisdiction": jurisdiction, "layers": layers}
    return fetch_as(AreaOutline, _OUTLINES, asked)
