"""What can be followed: public service requests, and shapes on the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
_POLYGON = Statement(
    f"""
    WITH shape AS (
        SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_GeomFromGeoJSON(:geojson)), 3)) AS area
    )
    {_AREA} WHERE NOT ST_IsEmpty(area)
    """
)


def circle(centre: Point, metres: float) -> Area:
    """Return the circle around a point, as a polygon of 128 corners."""
    found = fetch_one_as(Area, _CIRCLE, {"long": centre.long, "lat": centre.lat, "metres": metres})
    assert found is not None
    return found


def polygon(geojson: str) -> Area | None:
    """Return the polygons in a GeoJSON geometry, mended where lines cross, or None where there are none.

    :raises psycopg.Error: when it is not GeoJSON; the transaction around it is aborted then.
    """
    return fetch_one_as(Area, _POLYGON, {"geojson": geojson})
