"""Checks that hold after every test that touches data."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection
from open311.actions.publications.publish import rendered_publications
from open311.models.base import database

TAGS = "SELECT service_request, boundary, requested_datetime FROM request_boundary ORDER BY 1, 2"
COMPARED = ("json", "xml", "stamp", "service_code", "open", "requested_datetime", "updated_datetime")


def check_publications(environment: Environment) -> None:
    """Each publication and its tags equal a fresh rendering, and none is there that should not be."""
    database.session.remove()
    execute = connection().execute
    keys = [row[0] for row in execute("SELECT key FROM service_request").fetchall()]
    columns = ", ".join(COMPARED)
    stored = {row[0]: row[1:] for row in execute(f"SELECT service_request, {columns} FROM publication").fetchall()}
    fresh = {row["key"]: tuple(row[name] for name in COMPARED) for row in rendered_publications(environment, keys)}
    assert stored == fresh, "a publication is not what a fresh rendering makes of its service request"
    tags = execute(TAGS).fetchall()
    fresh_tags = execute(
        "SELECT DISTINCT p.service_request, b.key, p.requested_datetime FROM publication p"
        " JOIN boundary_layer l ON l.jurisdiction = p.jurisdiction"
        " JOIN boundary b ON b.layer = l.key AND ST_Intersects(b.geometry, p.point) ORDER BY 1, 2"
    ).fetchall()
    assert tags == fresh_tags, "boundary tags are not those of the public points"
    database.session.rollback()
