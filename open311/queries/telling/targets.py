"""What can be followed: public service requests, and shapes on the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.domain.map_frame import MAX_AREA_CHARACTERS, MAX_CORNERS
from open311.domain.place import Point
from open311.queries.places.near import point
from open311.queries.reading import Statement, fetch_one_as


@dataclass(frozen=True, slots=True)
class PublicRequest:
    """A service request that everybody may see, as the page for following it shows it."""

    key: int
    jurisdiction: str
    number: str
    service_name: str


_REQUEST = Statement(
    """
    SELECT r.key, p.jurisdiction, p.service_request_id AS number, r.service_name
    FROM publication p JOIN service_request r ON r.key = p.service_request
    WHERE p.service_request_id = :number AND p.jurisdiction = ANY(:jurisdictions)
    ORDER BY array_position(:jurisdictions, p.jurisdiction) LIMIT 1
    """
)


def public_request(number: str, jurisdictions: Sequence[str]) -> PublicRequest | None:
    """Return the public service request with this number in the first of the jurisdictions that has it, or None."""
    return fetch_one_as(PublicRequest, _REQUEST, {"number": number, "jurisdictions": list(jurisdictions)})


@dataclass(frozen=True, slots=True)
class Area:
    """A shape that can be followed: the geometry as PostGIS writes it, and a digest that stands for it."""

    geometry: str
    digest: str


_AREA = "SELECT CAST(area AS text) AS geometry, md5(ST_AsBinary(area)) AS digest FROM shape"
_CIRCLE = Statement(
    f"""
    WITH shape AS (
        SELECT ST_Multi(ST_Buffer({point()}::geography, :metres, 32)::geometry)
               AS area
    )
    {_AREA}
    """
)
# What mending takes grows fast with the lines that cross: PostGIS's first method needs seconds for 40 corners that all
# cross, minutes for 377. This one needs milliseconds for 40. A CASE looks at one condition after the other.
_POLYGON = Statement(
    f"""
    WITH given AS MATERIALIZED (SELECT ST_GeomFromGeoJSON(:geojson) AS drawn), shape AS (
        SELECT ST_Multi(ST_CollectionExtract(CASE
            WHEN ST_NPoints(drawn) > :most THEN NULL
            WHEN NOT (ST_XMin(drawn) >= -180 AND ST_XMax(drawn) <= 180
                      AND ST_YMin(drawn) >= -90 AND ST_YMax(drawn) <= 90) THEN NULL
            WHEN ST_IsValid(drawn) THEN drawn
            WHEN ST_NPoints(drawn) <= :most_crossing
                THEN ST_MakeValid(drawn, 'method=structure keepcollapsed=false') END, 3)) AS area
        FROM given
    )
    {_AREA} WHERE NOT ST_IsEmpty(area)
    """
)
MAX_CROSSING_CORNERS = 40
"""The most corners that an area whose lines cross may have."""


def circle(centre: Point, metres: float) -> Area:
    """Return the circle around a point, as a polygon of 128 corners."""
    found = fetch_one_as(Area, _CIRCLE, {"long": centre.long, "lat": centre.lat, "metres": metres})
    assert found is not None
    return found


def polygon(geojson: str) -> Area | None:
    """Return the polygons in a GeoJSON geometry, mended where lines cross.

    None where there are none, or where they lie off the globe or take too much work to look at.

    :raises psycopg.Error: when it is not GeoJSON; the transaction around it is aborted then.
    """
    if len(geojson) > MAX_AREA_CHARACTERS:
        return None
    # The first corner of a polygon is written twice.
    given = {"geojson": geojson, "most": MAX_CORNERS + 1, "most_crossing": MAX_CROSSING_CORNERS + 1}
    return fetch_one_as(Area, _POLYGON, given)
