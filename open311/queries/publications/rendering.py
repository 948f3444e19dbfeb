"""What publications are rendered from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from open311.domain.place import Point
from open311.queries.reading import Statement, fetch, fetch_dicts, fetch_values

_CASES = Statement(
    """
    SELECT r.key, r.jurisdiction, r.service_request_id, r.service_code, r.service_name, r.description, r.status,
           r.status_notes, r.agency_responsible, r.service_notice, r.requested_datetime, r.updated_datetime,
           r.expected_datetime, r.closed_datetime, r.address, r.address_id, r.zipcode, r.media_url, r.private,
           r.moderation, r.withheld,
           ST_X(r.point) AS long, ST_Y(r.point) AS lat,
           (SELECT m.file FROM media m
            WHERE m.service_request = r.key AND m.kind = 'submitted' AND m.moderation = 'approved'
            ORDER BY m.key LIMIT 1) AS photo
    FROM service_request r
    WHERE r.key = ANY(:keys) AND r.service_request_id IS NOT NULL
    """
)
_ON_SURFACE = Statement(
    """
    SELECT r.key, ST_X(s.point) AS long, ST_Y(s.point) AS lat
    FROM service_request r
    JOIN boundary_part part ON part.jurisdiction = r.jurisdiction AND ST_Intersects(part.geometry, r.point)
    JOIN boundary b ON b.key = part.boundary
    JOIN layer_in_force l ON l.key = b.layer AND l.layer = :layer
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(b.geometry) AS point) s
    WHERE r.key = ANY(:keys)
    """
)
_STEP = Statement(
    """
    SELECT key FROM service_request
    WHERE key > :after AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
      AND (CAST(:service_code AS text) IS NULL OR service_code = :service_code)
    ORDER BY key LIMIT :most
    """
)


def cases_to_render(keys: Sequence[int]) -> list[dict[str, Any]]:
    """Those of these service requests that have a number, as dictionaries of the columns of the public document.

    ``photo`` is the file of the first photo that may be shown; ``long`` and ``lat`` are the true place.
    """
    return fetch_dicts(_CASES, {"keys": list(keys)})


def surface_points(layer: str, keys: Sequence[int]) -> dict[int, Point]:
    """For each of these service requests, a point on the surface of the layer's boundary that it lies in.

    It stands for the place of a service request that is published as its boundary only.
    """
    return {key: Point(long, lat) for key, long, lat in fetch(_ON_SURFACE, {"layer": layer, "keys": list(keys)})}


def keys_after(after: int, jurisdiction: str | None, service_code: str | None, most: int) -> list[int]:
    """The next keys of service requests in order, of one jurisdiction or service where they are given."""
    given = {"after": after, "jurisdiction": jurisdiction, "service_code": service_code, "most": most}
    return fetch_values(_STEP, given)
