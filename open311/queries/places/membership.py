"""SQL for "in a boundary", which has two meanings.

*Public*: the point that the public may see was tagged with the boundary when the service request was published
(``request_boundary``). A tag exists for every vintage and carries the requested time, so that the newest of a ward are
read from an index in order. Whatever the public filters by or sees uses tags.

*True*: the place that was reported lies in the shape. Routing, promises, grants and the staff's list use it, because a
private or blurred case has no tag, or the tag of a neighboring place.

Every argument is SQL. The vintage in force is that of the view ``layer_in_force``.
"""

from __future__ import annotations

BOUNDARY_NAME = "l.layer || ':' || b.code"
"""The name of boundary ``b`` of layer ``l``, as ``domain.boundary_name`` writes it."""


def boundary_key(layer: str, code: str, vintage: str = "") -> str:
    """The key of a boundary of ``:jurisdiction``; of the vintage in force unless a vintage is given."""
    return _boundary("key", layer, code, vintage, ":jurisdiction")


def is_tagged(boundary: str, requested: str, service_request: str) -> str:
    """Public: whether a published service request is tagged with the boundary of this key."""
    return f"""EXISTS (
        SELECT FROM request_boundary tag
        WHERE tag.boundary = {boundary} AND tag.requested_datetime = {requested}
          AND tag.service_request = {service_request})"""


def lies_in(place: str, layer: str, code: str, vintage: str = "", *, jurisdiction: str = ":jurisdiction") -> str:
    """True: whether a place lies in a boundary, of the vintage in force unless a vintage is given.

    In a statement about one ``:jurisdiction`` the shape is looked up once and prepared by PostGIS, so that each further
    point costs next to nothing. A column as ``jurisdiction`` is for statements that look at few cases of many cities.
    """
    return f"ST_Intersects({_boundary('geometry', layer, code, vintage, jurisdiction)}, {place})"


def _boundary(column: str, layer: str, code: str, vintage: str, jurisdiction: str) -> str:
    layers, of_vintage = ("boundary_layer", f" AND l.vintage = {vintage}") if vintage else ("layer_in_force", "")
    return f"""(
        SELECT b.{column} FROM boundary b JOIN {layers} l ON l.key = b.layer
        WHERE l.jurisdiction = {jurisdiction} AND l.layer = {layer} AND b.code = {code}{of_vintage})"""


def containing(place: str, jurisdiction: str = ":jurisdiction") -> str:
    """True: FROM and WHERE of the boundaries in force, ``b`` of layer ``l``, that contain a place.

    A boundary is found twice when the place lies on the seam between two of its pieces.
    """
    return f"""
    FROM boundary_part part
    JOIN boundary b ON b.key = part.boundary
    JOIN layer_in_force l ON l.key = b.layer
    WHERE part.jurisdiction = {jurisdiction} AND ST_Intersects(part.geometry, {place})
    """
