"""Boundary layers and their shapes; which boundaries hold a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from open311.domain.place import Point
from open311.queries.reading import Statement, fetch, fetch_dicts, fetch_one

IN_FORCE = """
(SELECT n.key FROM boundary_layer n
 WHERE n.jurisdiction = l.jurisdiction AND n.layer = l.layer AND coalesce(n.valid_from <= current_date, true)
 ORDER BY n.valid_from DESC NULLS LAST, n.key DESC LIMIT 1)
"""
"""The key of the vintage in force of the layer that ``l`` (a row of ``boundary_layer``) is a vintage of."""


def holding(jurisdiction: str, point: str) -> str:
    """FROM and WHERE of the boundaries in force, ``b`` of layer ``l``, that hold a point; both are SQL.

    One is found twice where the point lies on the seam of two of its pieces.
    """
    return f"""
    FROM boundary_part part JOIN boundary b ON b.key = part.boundary JOIN boundary_layer l ON l.key = b.layer
    WHERE part.jurisdiction = {jurisdiction} AND ST_Intersects(part.geometry, {point}) AND l.key = {IN_FORCE}
    """


HOLDING_POINT = holding(":jurisdiction", "ST_SetSRID(ST_MakePoint(:long, :lat), 4326)")
_LAYERS = Statement(
    text(
        f"""
        SELECT l.layer, l.name, l.vintage, l.valid_from::text, l.valid_to::text, l.source, l.licence, l.sample,
               (SELECT count(*) FROM boundary b WHERE b.layer = l.key)::int AS boundaries,
               l.key = {IN_FORCE} AS current
        FROM boundary_layer l
        WHERE l.jurisdiction = :jurisdiction
        ORDER BY l.layer, l.valid_from DESC NULLS LAST, l.key DESC
        """
    )
)
_SHAPES = Statement(
    text(
        f"""
        SELECT convert_to(coalesce(json_agg(json_build_object(
                   'type', 'Feature', 'id', l.layer || ':' || b.code,
                   'properties', json_build_object('layer', l.layer, 'vintage', l.vintage,
                                                   'code', b.code, 'name', b.name),
                   'geometry', ST_AsGeoJSON(b.geometry, 6)::json) ORDER BY b.key), '[]')::text, 'UTF8'), count(*)::int
        FROM boundary b JOIN boundary_layer l ON l.key = b.layer
        WHERE l.jurisdiction = :jurisdiction AND l.layer = :layer
          AND CASE WHEN :vintage = '' THEN l.key = {IN_FORCE} ELSE l.vintage = :vintage END
          AND (:code = '' OR b.code = :code)
        """
    )
)
_AT = Statement(text(f"SELECT l.layer || ':' || b.code {HOLDING_POINT}"))


def boundaries_at(jurisdiction: str, point: Point) -> frozenset[str]:
    """The boundaries (``layer:code``) of the newest vintages that hold a point."""
    given = {"jurisdiction": jurisdiction, "long": point.long, "lat": point.lat}
    return frozenset(row[0] for row in fetch(_AT, given))


_CODES = Statement(
    text(
        """
        SELECT DISTINCT l.layer || ':' || b.code FROM boundary b JOIN boundary_layer l ON l.key = b.layer
        WHERE l.jurisdiction = :jurisdiction
        """
    )
)


def boundary_codes(jurisdiction: str) -> frozenset[str]:
    """Every boundary that is loaded, as ``layer:code``."""
    return frozenset(row[0] for row in fetch(_CODES, {"jurisdiction": jurisdiction}))


_CHOICES = Statement(
    text(
        f"""
        SELECT l.layer, l.name AS layer_name, b.code, b.name
        FROM boundary b JOIN boundary_layer l ON l.key = b.layer
        WHERE l.jurisdiction = :jurisdiction AND l.key = {IN_FORCE}
        ORDER BY array_position(:layers, l.layer), l.name, length(b.code), b.code
        """
    )
)


def choices(jurisdiction: str, layers: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Every boundary of the newest vintages, layer by layer: these layers first, in the order that is given."""
    return fetch_dicts(_CHOICES, {"jurisdiction": jurisdiction, "layers": list(layers)})


def named_boundaries(jurisdiction: str) -> dict[str, dict[str, str]]:
    """The same by the name of the layer: ``layer:code`` and name."""
    found: dict[str, dict[str, str]] = {}
    for row in choices(jurisdiction):
        found.setdefault(row["layer_name"], {})[f"{row['layer']}:{row['code']}"] = row["name"]
    return found


_LOADED = Statement(
    text(
        """
        SELECT l.layer, l.vintage, coalesce(l.valid_from <= current_date, true)
        FROM boundary_layer l WHERE l.jurisdiction = :jurisdiction
        """
    )
)


def loaded(jurisdiction: str) -> frozenset[tuple[str, str]]:
    """The layers that are loaded, each with its vintages and, where one is in force, with the empty name of that."""
    rows = fetch(_LOADED, {"jurisdiction": jurisdiction})
    return frozenset((layer, name) for layer, vintage, in_force in rows for name in (vintage, *[""] * in_force))


def layers(jurisdiction: str) -> list[dict[str, Any]]:
    """The layers that are loaded, every vintage, newest first."""
    return fetch_dicts(_LAYERS, {"jurisdiction": jurisdiction})


def shapes(jurisdiction: str, layer: str, vintage: str = "", code: str = "") -> tuple[bytes, int]:
    """GeoJSON features of a layer (or of one boundary), as a JSON list, and how many there are."""
    row = fetch_one(_SHAPES, {"jurisdiction": jurisdiction, "layer": layer, "vintage": vintage, "code": code})
    assert row is not None
    return row[0], row[1]
