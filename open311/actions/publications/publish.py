"""Publish service requests: render what the public may see of them, tag it with boundaries, or withdraw it.

Nothing else writes publications and tags (ADR 1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.staging import staged
from open311.actions.base.transaction import write, write_returning
from open311.domain.definition import Service
from open311.domain.draft import clean_text
from open311.domain.exposure import Exposure, Moderation, Precision
from open311.domain.lifecycle import PUBLISHED, Status
from open311.domain.place import Point
from open311.domain.public_place import public_address, public_point
from open311.domain.search_text import searchable
from open311.queries.publications.rendering import cases_to_render, surface_points
from open311.queries.reading import Statement
from open311.wire.document import described
from open311.wire.documents import ServiceRequestDocument
from open311.wire.formats import FORMATS, compiled

_LOCK = Statement("SELECT key FROM service_request WHERE key = ANY(:keys) FOR NO KEY UPDATE")
_COLUMNS = {
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
"""The columns that ``render`` returns, and their SQL types."""
RENDERED_SINCE = "2"
"""The version of ``render`` itself; a new one makes everything that is published be rendered again."""
_PLACE = ("key", "jurisdiction", "requested_datetime", "long", "lat")
"""The columns that tagging with boundaries needs."""


# One publication is passed as plain parameters, many by COPY: a table for one would be half the cost of a report.
def _one(names: Iterable[str]) -> str:
    return "(SELECT {}) AS rendered".format(", ".join(f"CAST(:{name} AS {_COLUMNS[name]}) AS {name}" for name in names))


# In the order of most of the indexes, so that neighboring entries are written one after another.
_INSERT = """
INSERT INTO publication (service_request, jurisdiction, service_request_id, service_code, open, requested_datetime,
                         updated_datetime, point, words, json, xml, stamp)
SELECT key, jurisdiction, service_request_id, service_code, open, requested_datetime, updated_datetime,
       ST_SetSRID(ST_MakePoint(long, lat), 4326), to_tsvector('simple', words), json, xml, stamp
FROM {source}
ORDER BY requested_datetime
"""
_ANEW = """
ON CONFLICT (service_request) DO UPDATE SET
    service_request_id = excluded.service_request_id, service_code = excluded.service_code, open = excluded.open,
    requested_datetime = excluded.requested_datetime, updated_datetime = excluded.updated_datetime,
    point = excluded.point, words = excluded.words, json = excluded.json, xml = excluded.xml,
    stamp = excluded.stamp, written = pg_current_xact_id()
"""
_TAKE_BACK = Statement(
    """
    WITH gone AS (DELETE FROM publication WHERE service_request = ANY(:keys) RETURNING jurisdiction, service_request)
    INSERT INTO publication_change (jurisdiction, service_request) SELECT jurisdiction, service_request FROM gone
    """
)
_UNTAG = Statement("DELETE FROM request_boundary WHERE service_request = ANY(:keys)")
# What was rendered has no index, so the plan can only be: each point into the index of pieces. A point on the seam of
# two pieces of one boundary is found in both, hence the conflict.
_TAG = """
INSERT INTO request_boundary (boundary, requested_datetime, service_request)
SELECT part.boundary, rendered.requested_datetime, rendered.key
FROM {source}
JOIN boundary_part part ON part.jurisdiction = rendered.jurisdiction
     AND ST_Intersects(part.geometry, ST_SetSRID(ST_MakePoint(rendered.long, rendered.lat), 4326))
ON CONFLICT DO NOTHING
"""
_INSERT_ONE, _TAG_ONE = (
    Statement(sql.format(source=_one(names))) for sql, names in ((_INSERT, _COLUMNS), (_TAG, _PLACE))
)
_REPLACE_ONE = Statement(_INSERT.format(source=_one(_COLUMNS)) + _ANEW)
_INSERT_MANY, _TAG_MANY = (Statement(sql.format(source="rendered")) for sql in (_INSERT, _TAG))
_REPLACE_MANY = Statement(_INSERT.format(source="rendered") + _ANEW)


def publish(environment: Environment, keys: Sequence[int]) -> int:
    """Render and tag service requests again, or withdraw what may not be seen; return how many are public.

    ``keys`` are primary keys. The service requests are locked, so that one of them is not rendered twice at once.
    """
    listed = list(keys)
    write_returning(_LOCK, {"keys": listed})
    rendered = rendered_publications(environment, listed)
    write(_UNTAG, {"keys": listed})
    if hidden := set(listed) - {row["key"] for row in rendered}:
        write(_TAKE_BACK, {"keys": list(hidden)})
    return _store(rendered, _REPLACE_ONE, _REPLACE_MANY)


def publish_new(environment: Environment, cases: Sequence[dict[str, Any]]) -> int:
    """Publish service requests that this transaction has just written; return how many are public.

    ``cases`` are rows as ``cases_to_render`` would read them, so that nothing needs to be read.
    """
    return _store(_rendered(environment, cases), _INSERT_ONE, _INSERT_MANY)


def rendered_publications(environment: Environment, keys: Sequence[int]) -> list[dict[str, Any]]:
    """Return the rows of ``publication`` for service requests (primary keys), except those that may not be seen."""
    return _rendered(environment, cases_to_render(keys))


def _rendered(environment: Environment, cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for case in _placed(environment, cases) if (row := render(environment, case)) is not None]


def _store(rendered: list[dict[str, Any]], one: Statement, many: Statement) -> int:
    if len(rendered) == 1:
        write(one, rendered[0])
        write(_TAG_ONE, rendered[0])
    elif rendered:
        with staged("rendered", _COLUMNS, ([row[name] for name in _COLUMNS] for row in rendered)):
            write(many)
            write(_TAG_MANY)
    return len(rendered)


def exposure_of(service: Service | None, case: Mapping[str, Any]) -> Exposure | None:
    """Return what may be seen of a service request; None if nothing, or if the city's files no longer have its service.

    ``case`` needs ``private`` and ``moderation``, and has ``withheld`` if some of its texts wait for staff.
    """
    if service is None:
        return None
    seen = service.exposure(Moderation(case["moderation"]), private=case["private"], withheld=case.get("withheld", ()))
    return seen if seen.listed else None


def render(environment: Environment, case: Mapping[str, Any]) -> dict[str, Any] | None:
    """Render what everybody may see of a service request, as a row of ``publication``; None if nothing may be seen.

    ``case`` is a row that ``cases_to_render`` reads, with the public point added as ``place``.
    """
    service = service_of(environment, case["jurisdiction"], case["service_code"])
    seen = exposure_of(service, case)
    if service is None or seen is None:
        return None
    place: Point | None = case["place"] if seen.text else None
    precise = seen.location is Precision.EXACT
    foreign = case["media_url"].partition("\n")[0] if case["media_url"] and seen.foreign_photos else None
    status = PUBLISHED[Status(case["status"])]
    photo = f"{environment.public_url}/media/{case['photo']}" if case["photo"] else foreign
    document = {
        **case,
        "status": status,
        "status_notes": _plain(case["status_notes"]),
        "description": _plain(case["description"]) if seen.shows("description") else None,
        # "For status=closed requests, this will be the date the request was closed" (GeoReport v2); ADR 5.
        "updated_datetime": case["closed_datetime"] if status == "closed" else case["updated_datetime"],
        "address": public_address(_plain(case["address"]), seen.location) if seen.shows("address") else None,
        "address_id": case["address_id"] if seen.text and precise else None,
        "zipcode": case["zipcode"] if seen.text and precise else None,
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
        "open": status == "open",
        "requested_datetime": case["requested_datetime"],
        "updated_datetime": case["updated_datetime"],
        "long": document["long"],
        "lat": document["lat"],
        "words": searchable(" ".join(text for text in words if text)),
        "json": _JSON(document),
        "xml": _XML(document),
        "stamp": stamp(service, environment.public_url),
    }


def _plain(text: str | None) -> str | None:
    """Clean a text that was stored before texts were cleaned as they are today; others stay exactly as they are."""
    plain = clean_text(text) if text else None
    return text if text and plain == text.strip() else plain or None


_JSON = compiled(ServiceRequestDocument, FORMATS["json"])
_XML = compiled(ServiceRequestDocument, FORMATS["xml"])


def service_of(environment: Environment, jurisdiction: str, service_code: str) -> Service | None:
    """Return a service as the city's files define it today; None if they no longer have it."""
    known = environment.city.jurisdictions.get(jurisdiction)
    return known.services.get(service_code) if known else None


def stamp(service: Service, public_url: str) -> str:
    """Return a hash of everything except the case that a publication is rendered from.

    It changes with what the service says of publishing, with the fields of the document, with the stored formats and
    with ``RENDERED_SINCE``, so that publications are rendered again when any of them does.
    """
    stored = [fmt.suffix for fmt in FORMATS.values() if fmt.stored]
    return _stamp(
        service.publishing,
        service.photos,
        service.location,
        service.location_layer,
        public_url,
        " ".join(stored),
        RENDERED_SINCE,
    )


@lru_cache(maxsize=1024)
def _stamp(*settings: str) -> str:
    described_as = [(name, type(field).__name__) for name, field in described(ServiceRequestDocument).items()]
    return hashlib.sha256(repr((described_as, [str(each) for each in settings])).encode()).hexdigest()[:16]


def _placed(environment: Environment, cases: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Add to each service request the point that the public may see, as ``place``."""
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
        surfaces |= surface_points(layer, keys)
    for case in cases:
        case["place"] = case["place"] or surfaces.get(case["key"])
    return cases
