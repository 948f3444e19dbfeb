"""Boundary layers: which are loaded, their shapes, what can be chosen, and which boundaries contain a point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from open311.catalog.city import Jurisdiction
from open311.domain.boundary_name import BoundaryName
from open311.domain.place import Point
from open311.queries.order import in_order
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


_KNOWN = Statement(
    """
    SELECT l.vintage, l.key IN (SELECT key FROM layer_in_force) AS in_force,
           EXISTS (SELECT FROM boundary b WHERE b.layer = l.key AND b.code = :code) AS has_code
    FROM boundary_layer l
    WHERE l.jurisdiction = :jurisdiction AND l.layer = :layer AND (:vintage = '' OR l.vintage = :vintage)
    ORDER BY l.valid_from DESC NULLS LAST, l.key DESC
    """
)


def unknown(jurisdiction: str, names: Iterable[BoundaryName]) -> str | None:
    """Why nothing can be found in the first of these boundaries that is not there; None if all are."""
    return next(filter(None, (_unknown(jurisdiction, name) for name in names)), None)


def _unknown(jurisdiction: str, name: BoundaryName) -> str | None:
    given = {"jurisdiction": jurisdiction, "layer": name.layer, "code": name.code, "vintage": name.vintage}
    vintages = fetch(_KNOWN, given)
    if not vintages:
        return f"{name.layer_and_vintage} is not loaded"
    meant = [has_code for _, in_force, has_code in vintages if in_force or name.vintage]
    if not meant:
        other = BoundaryName(name.layer, name.code, vintages[0][0])
        return f"no vintage of {name.layer} is in force today; ask for one by its name, like {other}"
    return None if any(meant) else f"there is no boundary {name}"


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


_IN_FORCE = Statement(
    """
    SELECT EXISTS (SELECT FROM boundary b JOIN layer_in_force l ON l.key = b.layer
                   WHERE l.jurisdiction = :jurisdiction AND l.layer = :layer AND b.code = :code)
    """
)


def is_in_force(jurisdiction: str, name: BoundaryName) -> bool:
    """Whether a vintage in force has a boundary; the vintage that is named does not matter."""
    return bool(fetch_value(_IN_FORCE, {"jurisdiction": jurisdiction, "layer": name.layer, "code": name.code}))


_CHOICES = Statement(
    """
    SELECT l.layer, l.name AS layer_name, b.code, b.name
    FROM boundary b JOIN layer_in_force l ON l.key = b.layer
    WHERE l.jurisdiction = :jurisdiction
    """
)


def choices(jurisdiction: Jurisdiction) -> list[Choice]:
    """Every boundary of the vintages in force: layers as the city has them, boundaries by name."""
    found = fetch_as(Choice, _CHOICES, {"jurisdiction": jurisdiction.key})
    layers = {layer: position for position, layer in enumerate(jurisdiction.layers)}
    by_name = in_order(found, jurisdiction.languages[0], lambda choice: f"{choice.name}\n{choice.code}")
    return sorted(by_name, key=lambda choice: (layers.get(choice.layer, len(layers)), choice.layer))


def named_boundaries(jurisdiction: Jurisdiction) -> dict[str, dict[str, str]]:
    """For each layer's name, the names of its boundaries by ``layer:code``."""
    found: dict[str, dict[str, str]] = {}
    for choice in choices(jurisdiction):
        found.setdefault(choice.layer_name, {})[choice.value] = choice.name
    return found


_ANY = Statement("SELECT EXISTS (SELECT FROM boundary_layer WHERE jurisdiction = :jurisdiction AND layer = :layer)")


def is_any_loaded(jurisdiction: str, layer: str) -> bool:
    """Whether any vintage of a layer is loaded."""
    return bool(fetch_value(_ANY, {"jurisdiction": jurisdiction, "layer": layer}))


_AREA = Statement(
    """
    SELECT ST_AsBinary(ST_Union(b.geometry)) FROM boundary b WHERE b.layer = (
        SELECT key FROM layer_in_force WHERE jurisdiction = :jurisdiction
        ORDER BY array_position(:layers, layer), key LIMIT 1)
    """
)


def city_area(jurisdiction: Jurisdiction) -> bytes | None:
    """All boundaries together (WKB) of the first of the city's layers that is in force; None without one."""
    given = {"jurisdiction": jurisdiction.key, "layers": list(jurisdiction.layers)}
    return fetch_value(_AREA, given)  # type: ignore[no-any-return]


MIN_OVERLAP = 0.01
"""From this share of the smaller one on, two boundaries overlap; less is how their edges were drawn."""
_OVERLAPS = Statement(
    """
    SELECT one.code, other.code
    FROM (SELECT b.key AS one, c.key AS other, sum(ST_Area(ST_Intersection(p.geometry, q.geometry))) AS shared
          FROM boundary b JOIN boundary_part p ON p.boundary = b.key
          JOIN boundary_part q ON ST_Intersects(p.geometry, q.geometry)
          JOIN boundary c ON c.key = q.boundary AND c.layer = b.layer AND c.key > b.key
          WHERE b.layer = :layer GROUP BY 1, 2) AS pairs
    JOIN boundary one ON one.key = pairs.one JOIN boundary other ON other.key = pairs.other
    WHERE shared > :least * least(ST_Area(one.geometry), ST_Area(other.geometry))
    ORDER BY one.key, other.key
    """
)


def overlaps(layer: int) -> list[tuple[str, str]]:
    """The codes of boundaries of one vintage (its primary key) that overlap, in pairs."""
    return [(one, other) for one, other in fetch(_OVERLAPS, {"layer": layer, "least": MIN_OVERLAP})]
