"""The floor: a bare WSGI application on a raw psycopg connection that joins the same finished documents.

It has no routes, checks, limits or errors: it is what is left of a request if a framework and a specification cost
nothing. Its statements are written by hand, so that they do not change when the server's do.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import psycopg

AROUND = {
    "json": (b"[", b",", b"]", "application/json; charset=utf-8"),
    "xml": (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<service_requests>',
        b"",
        b"</service_requests>",
        "text/xml; charset=utf-8",
    ),
}
_NEWEST = "ORDER BY requested_datetime DESC, service_request DESC LIMIT %(limit)s"
_HERE = "jurisdiction = 'phila.gov'"
_RECENT = "requested_datetime BETWEEN %(start)s AND %(end)s"
# The index on the point alone: the server's, which orders by time as well, is what is measured.
_PLAINLY_RECENT = "requested_datetime + interval '0' BETWEEN %(start)s AND %(end)s"
_BOX = "point && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)"
_CIRCLE = (
    "point && ST_Expand(ST_SetSRID(ST_MakePoint(%(long)s, %(lat)s), 4326), 0.0119, 0.0091)"
    " AND ST_DWithin(point::geography, ST_SetSRID(ST_MakePoint(%(long)s, %(lat)s), 4326)::geography, 1000)"
)

_PAGE = f"SELECT {{0}} AS document FROM publication WHERE {_HERE} AND"

PAGES = {
    "page": f"{_PAGE} {_RECENT} {_NEWEST}",
    "ward": f"""
        SELECT p.{{0}} AS document FROM request_boundary r JOIN publication p USING (service_request)
        WHERE r.boundary = (SELECT b.key FROM boundary b JOIN boundary_layer l ON l.key = b.layer
                            WHERE l.{_HERE} AND l.layer = 'ward' AND b.code = %(ward)s)
          AND r.{_RECENT}
        ORDER BY r.requested_datetime DESC, r.service_request DESC LIMIT %(limit)s""",
    "box": f"{_PAGE} {_BOX} {_NEWEST}",
    "recent_box": f"{_PAGE} {_BOX} AND {_PLAINLY_RECENT} {_NEWEST}",
    "circle": f"{_PAGE} {_CIRCLE} {_NEWEST}",
    "recent_circle": f"{_PAGE} {_CIRCLE} AND {_PLAINLY_RECENT} {_NEWEST}",
    "one": f"{_PAGE} service_request_id = %(number)s",
}
"""The SQL of each kind of page as one would first write it; for boxes, PostgreSQL chooses the plan by itself."""

_local = threading.local()


def connection() -> psycopg.Connection[Any]:
    """Return the thread's connection, which is never closed."""
    if not hasattr(_local, "connection"):
        url = os.environ["DATABASE_URL"].replace("postgresql+psycopg:", "postgresql:")
        _local.connection = psycopg.connect(url, autocommit=True, options="-c timezone=UTC")
    return _local.connection  # type: ignore[no-any-return]


def joined(kind: str, given: dict[str, Any]) -> tuple[bytes, str]:
    """Return a page of documents, joined by PostgreSQL."""
    head, separator, tail, content_type = AROUND[given["format"]]
    page = PAGES[kind].format(given["format"])
    sql = f"SELECT string_agg(document, '\\x{separator.hex()}'::bytea) FROM ({page}) AS page"
    (found,) = connection().cursor(binary=True).execute(sql, given).fetchone()  # type: ignore[misc]
    return head + (found or b"") + tail, content_type


QUEUE = """
SELECT r.service_request_id, r.version, r.service_name, r.description, r.address, r.status, r.agency_responsible,
       r.team, a.name, r.priority, r.requested_datetime::text, r.expected_datetime::text, r.moderation
FROM service_request r LEFT JOIN account a ON a.key = r.assignee
WHERE r.jurisdiction = 'phila.gov' AND r.status NOT IN ('closed', 'disputed')
ORDER BY coalesce(r.expected_datetime, 'infinity'), r.key LIMIT 50
"""


COUNTS = """
SELECT count(*), count(*) FILTER (WHERE status = 'received' AND assignee IS NULL), count(*) FILTER (WHERE assignee = 1),
       count(*) FILTER (WHERE status = 'disputed'), count(*) FILTER (WHERE moderation = 'pending'),
       count(*) FILTER (WHERE paused_at IS NOT NULL),
       count(*) FILTER (WHERE paused_at IS NULL AND expected_datetime < now()),
       count(*) FILTER (WHERE paused_at IS NULL AND expected_datetime BETWEEN now() AND current_date + 1)
FROM service_request WHERE jurisdiction = 'phila.gov' AND status <> 'closed'
"""
"""The SQL that counts all queues in one pass, and exactly, as one would first write it."""


def queue(kind: str, given: dict[str, Any]) -> tuple[bytes, str]:
    """Return what the first page of the staff's list shows, as plain text: 50 rows, and the count of each queue."""
    execute = connection().cursor().execute
    rows = execute(QUEUE).fetchall() + execute(COUNTS).fetchall()
    return "\n".join(map(str, rows)).encode(), "text/plain"


_INSERT = """
WITH made AS (
    INSERT INTO service_request (jurisdiction, service_request_id, service_code, service_name, department,
        agency_responsible, description, status, point, requested_datetime, updated_datetime, expected_datetime,
        channel, moderation)
    VALUES ('phila.gov', %(number)s, 'SR-CL01', 'Graffiti Removal', 'community_life', 'Community Life Program',
        %(description)s, 'received', ST_SetSRID(ST_MakePoint(%(long)s, %(lat)s), 4326), %(now)s, %(now)s, %(now)s,
        'api', 'approved')
    RETURNING key
), answered AS (
    INSERT INTO answer (service_request, position, code, question, datatype, public, values, names)
    SELECT key, 0, 'property_type', 'What kind of property?', 'singlevaluelist', true, '{public}', '{Public}' FROM made
), updated AS (
    INSERT INTO service_request_update (service_request, jurisdiction, kind, public, status, actor, occurred_at)
    SELECT key, 'phila.gov', 'status', true, 'received', 'client', %(now)s FROM made
), published AS (
    INSERT INTO publication (service_request, jurisdiction, service_request_id, service_code, open, requested_datetime,
        updated_datetime, point, words, json, xml, stamp)
    SELECT key, 'phila.gov', %(number)s, 'SR-CL01', true, %(now)s, %(now)s,
        ST_SetSRID(ST_MakePoint(%(long)s, %(lat)s), 4326), to_tsvector('simple', %(description)s), %(document)s,
        %(document)s, 'floor' FROM made
)
INSERT INTO request_boundary (boundary, requested_datetime, service_request) SELECT %(boundary)s, %(now)s, key FROM made
"""
"""The SQL that inserts finished rows like those the server makes of a report: one round trip, one durable commit."""
DOCUMENT = b'{"service_request_id":"%s","status":"open","service_name":"Graffiti Removal"}' + b" " * 400


def insert(environ: dict[str, Any]) -> tuple[bytes, str]:
    """Insert a report and return its number."""
    form = dict(parse_qsl(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()))
    number = f"F{secrets.token_hex(8)}"
    moment = datetime.now(UTC)
    given = {
        "number": number,
        "description": form["description"],
        "long": float(form["long"]),
        "lat": float(form["lat"]),
        "now": moment,
        "document": DOCUMENT,
        "boundary": -1,
    }
    connection().execute(_INSERT, given)
    return b'[{"service_request_id":"%s"}]' % number.encode(), AROUND["json"][3]


_constants: dict[str, tuple[bytes, str]] = {}


def constant(kind: str, given: dict[str, Any]) -> tuple[bytes, str]:
    """Return bytes that are always the same: a page, or the list of services as the server gave it."""
    if kind not in _constants:
        if kind == "services":
            with open(os.environ["BENCH_SERVICES"], "rb") as file:
                _constants[kind] = (file.read(), AROUND["json"][3])
        else:
            _constants[kind] = joined("page", {**given, "limit": 1000})
    return _constants[kind]


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application: answer ``/<kind>?format=…&limit=…``."""
    kind = environ["PATH_INFO"][1:]
    given: dict[str, Any] = {"format": "json", "limit": 1000, **dict(parse_qsl(environ["QUERY_STRING"]))}
    given.setdefault("start", datetime.now(UTC) - timedelta(days=90))
    given.setdefault("end", datetime.now(UTC))
    if kind == "insert":
        body, content_type = insert(environ)
    elif kind == "queue":
        body, content_type = queue(kind, given)
    elif kind in PAGES:
        body, content_type = joined(kind, given)
    else:
        body, content_type = constant(kind, given)
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
