"""Outlines of boundaries around a point, as paths of an SVG: a map that needs no other host."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from open311.domain.place import Point
from open311.queries.reading import Statement, fetch_dicts

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
