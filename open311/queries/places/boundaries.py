"""Boundary layers: which are loaded, their shapes, what can be chosen, and which boundaries contain a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.domain.boundary_name import BoundaryName
from open311.domain.place import Point
from open311.queries.places.membership import BOUNDARY_NAME, containing
from open311.queries.places.near import point as point_of
from open311.queries.reading import Statement, fetch, fetch_as, fetch_value, fetch_values


@dataclass(frozen=True, slots=True)
class LoadedLayer:
    """One vintage of a boundary layer. Dates are texts (ISO 8601)."""

    layer: str
    name: str
    vintage: str
    valid_from: str | None
    valid_to: str | None
    source: str
    licence: str
    sample: bool
    boundaries: int
    """How many boundaries it has."""
    current: bool
    """Whether it is the vintage in force."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A boundary that somebody can choose."""

    layer: str
    layer_name: str
    code: str
    name: str

    @property
    def value(self) -> str:
        """What is sent when it is chosen: ``layer:code``."""
        return str(BoundaryName(self.layer, self.code))


_LAYERS = Statement(
    """
    SELECT l.layer, l.name, l.vintage, l.valid_from::text, l.valid_to::text, l.source, l.licence, l.sample,
           (SELECT count(*) FROM boundary b WHERE b.layer = l.key)::int AS boundaries,
           EXISTS (SELECT FROM layer_in_force f WHERE f.key = l.key) AS current
    FROM boundary_layer l
    WHERE l.jurisdiction = :jurisdiction
    ORDER BY l.layer, l.valid_from DESC NULLS LAST, l.key DESC
    """
)


def layers(jurisdiction: str) -> list[LoadedLayer]:
    """Every vintage of every layer that is loaded, newest first within a layer."""
    return fetch_as(LoadedLayer, _LAYERS, {"jurisdiction": jurisdiction})


_LOADED = Statement(
    """
    SELECT layer, vintage FROM boundary_layer WHERE jurisdiction = :jurisdiction
    UNION SELECT layer, '' FROM layer_in_force WHERE jurisdiction = :jurisdiction
    """
)


def is_loaded(jurisdiction: str, boundary: BoundaryName) -> bool:
    """Whether the layer of a boundary is loaded in the vintage that is named, or has a vintage in force."""
    return (boundary.layer, boundary.vintage) in fetch(_LOADED, {"jurisdiction": jurisdiction})


# Without a vintage the one in force is meant; without a code, all boundaries of the layer.
_SHAPES = Statement(
    f"""
    SELECT convert_to(coalesce(json_agg(json_build_object(
               'type', 'Feature', 'id', {BOUNDARY_NAME},
               'properties', json_build_object('layer', l.layer, 'vintage', l.vintage,
                                               'code', b.code, 'name', b.name),
               'geometry', ST_AsGeoJSON(b.geometry, 6)::json) ORDER BY b.key), '[]')::text, 'UTF8'), count(*)::int
    FROM boundary b JOIN boundary_layer l ON l.key = b.layer
    WHERE l.jurisdiction = :jurisdiction AND l.layer = :layer
      AND CASE WHEN :vintage = '' THEN l.key IN (SELECT key FROM layer_in_force) ELSE l.vintage = :vintage END
      AND (:code = '' OR b.code = :code)
    """
)


def shapes(jurisdiction: str, layer: str, vintage: str = "", code: str = "") -> tuple[bytes, int]:
    """GeoJSON features of a layer (or of one boundary) as a JSON list, and how many there are."""
    given = {"jurisdiction": jurisdiction, "layer": layer, "vintage": vintage, "code": code}
    ((features, count),) = fetch(_SHAPES, given)
    return features, count


_CONTAINING_POINT = Statement(f"SELECT {BOUNDARY_NAME} {containing(point_of())}")


def boundaries_at(jurisdiction: str, point: Point) -> frozenset[str]:
    """The boundaries (``layer:code``) of the vintages in force that contain a point."""
    given = {"jurisdiction": jurisdiction, "long": point.long, "lat": point.lat}
    return frozenset(fetch_values(_CONTAINING_POINT, given))


_NAMES = Statement(
    """
    SELECT DISTINCT l.layer, b.code FROM boundary b JOIN boundary_layer l ON l.key = b.layer
    WHERE l.jurisdiction = :jurisdiction
    """
)


def loaded_boundaries(jurisdiction: str) -> frozenset[BoundaryName]:
    """Every boundary that is loaded in any vintage, without the vintage."""
    return frozenset(BoundaryName(layer, code) for layer, code in fetch(_NAMES, {"jurisdiction": jurisdiction}))


_CHOICES = Statement(
    """
    SELECT l.layer, l.name AS layer_name, b.code, b.name
    FROM boundary b JOIN layer_in_force l ON l.key = b.layer
    WHERE l.jurisdiction = :jurisdiction
    ORDER BY array_position(:layers, l.layer), l.name, length(b.code), b.code
    """
)


def choices(jurisdiction: str, layers: Sequence[str] = ()) -> list[Choice]:
    """Every boundary of the vintages in force, layer by layer: ``layers`` first, in the order given."""
    return fetch_as(Choice, _CHOICES, {"jurisdiction": jurisdiction, "layers": list(layers)})


def named_boundaries(jurisdiction: str) -> dict[str, dict[str, str]]:
    """For each layer's name, the names of its boundaries by ``layer:code``."""
    found: dict[str, dict[str, str]] = {}
    for choice in choices(jurisdiction):
        found.setdefault(choice.layer_name, {})[choice.value] = choice.name
    return found


_ANY = Statement("SELECT EXISTS (SELECT FROM boundary_layer WHERE jurisdiction = :jurisdiction AND layer = :layer)")


def is_any_loaded(jurisdiction: str, layer: str) -> bool:
    """Whether any vintage of a layer is loaded."""
    return bool(fetch_value(_ANY, {"jurisdiction": jurisdiction, "layer": layer}))
