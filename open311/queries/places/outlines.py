"""Outlines of boundaries as paths of an SVG: maps that need no other host."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from open311.domain.place import Point
from open311.queries.reading import Statement, fetch, fetch_dicts

WIDTH, HEIGHT = 360, 240
"""Of the picture."""
SCALES = (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50)
"""Metres."""

# The smallest boundary around the point fills the picture; its neighbours of the same layer are cut at the edges.
# Degrees of longitude are shortened by the cosine, so that streets stand at right angles.
_MAP = Statement(
    text(
        """
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
        SELECT b.name, b.key = w.key AS home, (:long - w.west) * w.across AS x, (w.north - :lat) * w.up AS y,
               110574 * w.scale AS metres,
               ST_AsSVG(ST_TransScale(ST_Simplify(ST_ClipByBox2D(b.geometry, ST_Expand(w.box, 4 * w.scale)),
                                                  0.6 * w.scale), -w.west, -w.north, w.across, w.up), 1, 1) AS path
        FROM picture w JOIN boundary b ON b.layer = w.layer AND ST_Intersects(b.geometry, w.box)
        ORDER BY home, b.key
        """
    )
)


@dataclass(frozen=True, slots=True)
class Outline:
    """One boundary; ``home`` is the one around the point."""

    name: str
    home: bool
    path: str


@dataclass(frozen=True, slots=True)
class Map:
    """What is drawn, ``WIDTH`` by ``HEIGHT``: outlines, the point, and how many metres a unit is."""

    outlines: list[Outline]
    x: float
    y: float
    metres: float

    @property
    def scale(self) -> tuple[int, float]:
        """A round number of metres that fits below the picture, and how long it is drawn."""
        length = next((each for each in SCALES if each <= 90 * self.metres), SCALES[-1])
        return length, round(length / self.metres, 1)


def around(point: Point, boundaries: list[int]) -> Map | None:
    """The map around a point that lies in these boundaries (keys); none where it lies in none."""
    given = {"long": point.long, "lat": point.lat, "keys": boundaries, "width": WIDTH, "height": HEIGHT}
    rows = fetch_dicts(_MAP, given)
    if not rows:
        return None
    shown = [Outline(row["name"], row["home"], row["path"]) for row in rows if row["path"]]
    return Map(shown, round(rows[0]["x"], 1), round(rows[0]["y"], 1), rows[0]["metres"])


# Of what is seen, in pixels: PostGIS turns y around when it writes SVG, so the upper left corner is (west, north).
_OUTLINES = Statement(
    text(
        """
        WITH shown AS (
            SELECT b.code, ST_TransScale(ST_ClipByBox2D(ST_Simplify(b.geometry, (:north - :south) / :side), frame.box),
                                         -:west, -:north, :side / (:east - :west), :side / (:north - :south)) AS shape
            FROM boundary b, (SELECT ST_MakeEnvelope(:west, :south, :east, :north, 4326) AS box) AS frame
            WHERE b.geometry && frame.box AND b.layer = (
                SELECT key FROM boundary_layer
                WHERE jurisdiction = :jurisdiction AND coalesce(valid_from <= current_date, true)
                ORDER BY array_position(:layers, layer), valid_from DESC NULLS LAST, key DESC LIMIT 1)
        )
        SELECT ST_AsSVG(shape, 0, 1), code, ST_X(name), -ST_Y(name)
        FROM shown, ST_PointOnSurface(shape) AS name WHERE NOT ST_IsEmpty(shape) ORDER BY code
        """
    )
)


def within(
    jurisdiction: str, layers: list[str], sides: tuple[float, float, float, float], pixels: int
) -> list[tuple[str, str, float, float]]:
    """The first of these layers that is loaded, as a map of so many pixels shows it: SVG path, code, and its place."""
    west, south, east, north = sides
    given = {"west": west, "south": south, "east": east, "north": north, "side": float(pixels)}
    return fetch(_OUTLINES, {**given, "jurisdiction": jurisdiction, "layers": layers})
