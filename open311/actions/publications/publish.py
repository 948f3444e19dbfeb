"""Make the public face of service requests: render, tag with boundaries, or take back. The only writer of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg.rows import dict_row

from open311.actions.base.environment import Environment
from open311.actions.base.staging import staged
from open311.actions.base.transaction import connection
from open311.domain.definition import Precision, Service
from open311.domain.exposure import Exposure, Moderation, exposure
from open311.domain.lifecycle import PUBLISHED, Status
from open311.domain.place import Point, public_address, public_point, searchable
from open311.wire.document import described
from open311.wire.documents import ServiceRequestDocument
from open311.wire.formats import FORMATS, compiled

_CASES = """
SELECT r.key, r.jurisdiction, r.service_request_id, r.service_code, r.service_name, r.description, r.status,
       r.status_notes, r.agency_responsible, r.service_notice, r.requested_datetime, r.updated_datetime,
       r.expected_datetime, r.address, r.address_id, r.zipcode, r.media_url, r.private, r.moderation,
       ST_X(r.point) AS long, ST_Y(r.point) AS lat,
       (SELECT m.file FROM media m
        WHERE m.service_request = r.key AND m.kind = 'submitted' AND m.moderation = 'approved'
        ORDER BY m.key LIMIT 1) AS photo
FROM service_request r
WHERE r.key = ANY(%s) AND r.service_request_id IS NOT NULL
"""
_LOCK = "FOR NO KEY UPDATE OF r"
# For a place that is published as its boundary only: a point that lies on the boundary's surface.
_ON_SURFACE = """
SELECT r.key, ST_X(s.point) AS long, ST_Y(s.point) AS lat
FROM service_request r
JOIN boundary_part part ON part.jurisdiction = r.jurisdiction AND ST_Intersects(part.geometry, r.point)
JOIN boundary b ON b.key = part.boundary
JOIN boundary_layer l ON l.key = b.layer AND l.layer = %s
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(b.geometry) AS point) s
WHERE r.key = ANY(%s)
ORDER BY l.valid_from NULLS FIRST, l.key
"""
_FACE = {
    "key": "bigint",
    "jurisdiction": "text",
    "service_request_id": "text",
    "service_code": "text",
    "open": "boolean",
    "requested_datetime": "timestamptz",
    "updated_datetime": "timestamptz",
    "long": "float8",
    "lat": "float8",
    "words": "text",
    "json": "bytea",
    "xml": "bytea",
    "stamp": "text",
}
"""What ``render`` makes, and its types."""
_PLACE = ("key", "jurisdiction", "requested_datetime", "long", "lat")
"""What of it tagging needs."""


# One face comes as plain parameters, many by COPY: a table for one would be half the cost of a report.
def _one(names: Iterable[str]) -> str:
    return "(SELECT {}) AS face".format(", ".join(f"%({name})s::{_FACE[name]} AS {name}" for name in names))


# In the order of most of the indexes: neighbours there are written one after the other.
_INSERT = """
INSERT INTO publication (service_request, jurisdiction, service_request_id, service_code, open, requested_datetime,
                         updated_datetime, point, words, json, xml, stamp)
SELECT key, jurisdiction, service_request_id, service_code, open, requested_datetime, updated_datetime,
       ST_SetSRID(ST_MakePoint(long, lat), 4326), to_tsvector('simple', words), json, xml, stamp
FROM {faces}
ORDER BY requested_datetime
"""
_ANEW = """
ON CONFLICT (service_request) DO UPDATE SET
    service_request_id = excluded.service_request_id, service_code = excluded.service_code, open = excluded.open,
    requested_datetime = excluded.requested_datetime, updated_datetime = excluded.updated_datetime,
    point = excluded.point, words = excluded.words, json = excluded.json, xml = excluded.xml,
    stamp = excluded.stamp, written = pg_current_xact_id()
"""
_TAKE_BACK = """
WITH gone AS (DELETE FROM publication WHERE service_request = ANY(%s) RETURNING jurisdiction, service_request)
INSERT INTO publication_change (jurisdiction, service_request) SELECT jurisdiction, service_request FROM gone
"""
_UNTAG = "DELETE FROM request_boundary WHERE service_request = ANY(%s)"
# Faces have no index, so the plan can only be: each point into the index of pieces. A point on the seam of two pieces
# of one boundary is found in both, hence the conflict.
_TAG = """
INSERT INTO request_boundary (boundary, requested_datetime, service_request)
SELECT part.boundary, face.requested_datetime, face.key
FROM {faces}
JOIN boundary_part part ON part.jurisdiction = face.jurisdiction
     AND ST_Intersects(part.geometry, ST_SetSRID(ST_MakePoint(face.long, face.lat), 4326))
ON CONFLICT DO NOTHING
"""
_INSERT_ONE, _TAG_ONE = _INSERT.format(faces=_one(_FACE)), _TAG.format(faces=_one(_PLACE))
_INSERT_MANY, _TAG_MANY = _INSERT.format(faces="face"), _TAG.format(faces="face")


def publish(environment: Environment, keys: Sequence[int]) -> int:
    """Render and tag these service requests anew, or take back what may not be seen; answers how many are public.

    Locks the cases, so that two renderings of one case come one after the other.
    """
    listed = list(keys)
    faces = render_faces(environment, listed, lock=True)
    connection().execute(_UNTAG, (listed,))
    if hidden := set(listed) - {face["key"] for face in faces}:
        connection().execute(_TAKE_BACK, (list(hidden),))
    return _write(faces, _ANEW)


def publish_new(environment: Environment, cases: Sequence[dict[str, Any]]) -> int:
    """Publish what this very transaction made; ``cases`` are rows as ``_CASES`` reads them, so it need not read."""
    return _write(_faces(environment, cases))


def render_faces(environment: Environment, keys: Sequence[int], *, lock: bool = False) -> list[dict[str, Any]]:
    """The public faces of those of these service requests that have one."""
    with connection().cursor(row_factory=dict_row, binary=True) as cursor:
        cases = cursor.execute(_CASES + _LOCK if lock else _CASES, (list(keys),)).fetchall()
    return _faces(environment, cases)


def _faces(environment: Environment, cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [face for case in _placed(environment, cases) if (face := render(environment, case)) is not None]


def _write(faces: list[dict[str, Any]], where_published: str = "") -> int:
    execute = connection().execute
    if len(faces) == 1:
        execute(_INSERT_ONE + where_published, faces[0])
        execute(_TAG_ONE, faces[0])
    elif faces:
        with staged("face", _FACE, ([face[name] for name in _FACE] for face in faces)):
            execute(_INSERT_MANY + where_published)
            execute(_TAG_MANY)
    return len(faces)


def exposure_of(service: Service | None, case: Mapping[str, Any]) -> Exposure | None:
    """What may be seen of a case; nothing where its service is in no file any more."""
    if service is None:
        return None
    moderation = Moderation(case["moderation"])
    seen = exposure(service.publishing, service.location, case["private"], moderation, service.photos)
    return seen if seen.listed else None


def render(environment: Environment, case: Mapping[str, Any]) -> dict[str, Any] | None:
    """The public face of a case: columns of ``publication``, and both documents; none where nothing may be seen."""
    service = service_of(environment, case["jurisdiction"], case["service_code"])
    seen = exposure_of(service, case)
    if service is None or seen is None:
        return None
    place: Point | None = case["place"] if seen.told else None
    precise = seen.location is Precision.EXACT
    foreign = case["media_url"] if seen.foreign_photos else None
    photo = f"{environment.public_url}/media/{case['photo']}" if case["photo"] else foreign
    document = {
        **case,
        "status": PUBLISHED[Status(case["status"])],
        "description": case["description"] if seen.told else None,
        "address": public_address(case["address"], seen.location) if seen.told else None,
        "address_id": case["address_id"] if seen.told and precise else None,
        "zipcode": case["zipcode"] if seen.told and precise else None,
        "media_url": photo if seen.photos else None,
        "lat": place.lat if place else None,
        "long": place.long if place else None,
    }
    words = (document["service_name"], document["description"], document["address"])
    return {
        "key": case["key"],
        "jurisdiction": case["jurisdiction"],
        "service_request_id": case["service_request_id"],
        "service_code": case["service_code"],
        "open": document["status"] == "open",
        "requested_datetime": case["requested_datetime"],
        "updated_datetime": case["updated_datetime"],
        "long": document["long"],
        "lat": document["lat"],
        "words": searchable(" ".join(text for text in words if text)),
        "json": _JSON(document),
        "xml": _XML(document),
        "stamp": stamp(service, environment.public_url),
    }


_JSON = compiled(ServiceRequestDocument, FORMATS["json"])
_XML = compiled(ServiceRequestDocument, FORMATS["xml"])


def service_of(environment: Environment, jurisdiction: str, service_code: str) -> Service | None:
    """The service as the files have it today."""
    known = environment.city.jurisdictions.get(jurisdiction)
    return known.services.get(service_code) if known else None


def stamp(service: Service, public_url: str) -> str:
    """A hash of all that a publication is rendered from besides the case."""
    return _stamp(service.publishing, service.photos, service.location, service.location_layer, public_url)


@lru_cache(maxsize=1024)
def _stamp(*settings: str) -> str:
    described_as = [(name, type(field).__name__) for name, field in described(ServiceRequestDocument).items()]
    return hashlib.sha256(repr((described_as, [str(each) for each in settings])).encode()).hexdigest()[:16]


def _placed(environment: Environment, cases: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Give each case the point that may be seen (``place``)."""
    by_layer: dict[str, list[int]] = {}
    for case in cases:
        service = service_of(environment, case["jurisdiction"], case["service_code"])
        point = Point(case["long"], case["lat"]) if case["lat"] is not None else None
        precision = service.location if service else Precision.BOUNDARY
        case["place"] = public_point(point, precision)
        if service and point and precision is Precision.BOUNDARY:
            by_layer.setdefault(service.location_layer, []).append(case["key"])
    surfaces: dict[int, Point] = {}
    for layer, keys in by_layer.items():
        for key, long, lat in connection().execute(_ON_SURFACE, (layer, keys)).fetchall():
            surfaces[key] = Point(long, lat)
    for case in cases:
        case["place"] = case["place"] or surfaces.get(case["key"])
    return cases
