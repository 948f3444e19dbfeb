"""Load a vintage of a boundary layer: check and repair shapes, replace or add, tag every publication again.

Nothing is replaced before everything is checked, for every jurisdiction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from psycopg.rows import TupleRow

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, write, write_returning
from open311.actions.places.stage_boundaries import stage, unstage
from open311.adapters.geodata import Geodata, UnreadableGeodata, read_geodata
from open311.catalog.city import Jurisdiction, Layer
from open311.models.locks import Lock
from open311.models.places.boundary import BoundaryLayer
from open311.models.publications.publication import PublicationChange
from open311.queries.places.boundaries import is_any_loaded, overlaps
from open311.queries.publications.versions import snapshot
from open311.queries.reading import Statement

MAX_VERTICES = 64
"""Most vertices of a piece of a boundary: containing a point is decided many times faster for small pieces."""

SAMPLE = "sample"
"""The vintage of the layers that come with the project."""


@dataclass(frozen=True)
class Loaded:
    """What was loaded into one jurisdiction, in numbers; ``remarks`` are sentences about single features."""

    features: int
    boundaries: int
    repaired: int
    refused: int
    tags: int
    remarks: tuple[str, ...] = ()


_LOCK = Statement(Lock.BOUNDARIES.waiting)
# Features that bear the same code are one boundary.
_BOUNDARIES = Statement(
    """
    INSERT INTO boundary (layer, code, name, geometry)
    SELECT :layer, code, min(name), ST_Multi(ST_Union(geometry)) FROM staged
    WHERE NOT ST_IsEmpty(geometry) GROUP BY code ORDER BY min(position)
    """
)
_PARTS = Statement(
    """
    INSERT INTO boundary_part (boundary, jurisdiction, geometry)
    SELECT b.key, :jurisdiction, ST_Subdivide(b.geometry, :vertices) FROM boundary b WHERE b.layer = :layer
    """
)
_TAG = """
INSERT INTO request_boundary (boundary, requested_datetime, service_request)
SELECT DISTINCT part.boundary, p.requested_datetime, p.service_request
FROM boundary b JOIN boundary_part part ON part.boundary = b.key
JOIN publication p ON p.jurisdiction = part.jurisdiction AND ST_Intersects(part.geometry, p.point)
WHERE b.layer = :layer
"""
# Publishing waits from here until the commit. Whoever published before has committed and is seen now; whoever waits
# will see the new pieces.
_WAIT_FOR_PUBLISHING = Statement("LOCK TABLE request_boundary IN SHARE ROW EXCLUSIVE MODE")
_MEANWHILE = """
{table}.jurisdiction = :jurisdiction AND {table}.written >= pg_snapshot_xmin(CAST(:before AS pg_snapshot))
AND NOT pg_visible_in_snapshot({table}.written, CAST(:before AS pg_snapshot))
"""
_TAG_ALL = Statement(_TAG)
_TAG_MEANWHILE = Statement(f"{_TAG} AND {_MEANWHILE.format(table='p')}")
_UNTAG_MEANWHILE = Statement(
    f"""
    DELETE FROM request_boundary tag USING boundary b
    WHERE b.layer = :layer AND tag.boundary = b.key AND tag.service_request IN (
        SELECT p.service_request FROM publication p WHERE {_MEANWHILE.format(table="p")}
        UNION ALL
        SELECT c.service_request FROM publication_change c WHERE {_MEANWHILE.format(table="c")})
    """
)
_REMOVE = Statement(
    """
    WITH gone AS (
        DELETE FROM boundary_layer
        WHERE jurisdiction = :jurisdiction AND layer = :layer AND (vintage = :vintage OR sample) RETURNING key)
    SELECT b.key FROM boundary b JOIN gone ON gone.key = b.layer
    """
)
_REMOVE_TAGS = Statement("DELETE FROM request_boundary WHERE boundary = ANY(:boundaries)")


def load_boundaries(
    jurisdictions: Sequence[Jurisdiction],
    layer: Layer,
    source: str,
    *,
    vintage: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> dict[str, Loaded]:
    """Load a file as one vintage of a layer for these jurisdictions; returns what was loaded into each, by its key.

    A vintage of the same name is replaced, and a sample is removed when real data comes.

    :raises UnreadableGeodata: when the file cannot be used; nothing is changed then.
    """
    data = read_geodata(source, layer.code_property, layer.name_property)
    described = _Vintage(layer, vintage or layer.vintage, valid_from or layer.valid_from, valid_to or layer.valid_to)
    return _load(jurisdictions, data, described)


def load_samples(environment: Environment) -> list[str]:
    """Load the sample of every layer that has one and of which nothing is loaded; returns a sentence for each."""
    sentences = []
    for jurisdiction in environment.city.jurisdictions.values():
        for layer in jurisdiction.layers.values():
            if not layer.sample_file or is_any_loaded(jurisdiction.key, layer.code):
                continue
            sentences.append(f"{jurisdiction.key}: {_load_sample(environment, jurisdiction, layer)}")
    return sentences


def _load_sample(environment: Environment, jurisdiction: Jurisdiction, layer: Layer) -> str:
    try:
        data = read_geodata(
            str(environment.city.directory / layer.sample_file), layer.code_property, layer.name_property
        )
        loaded = _load([jurisdiction], data, _Vintage(layer, SAMPLE))[jurisdiction.key]
    except UnreadableGeodata as fault:  # such as another city's sample; no reason not to start
        return f"no sample of layer {layer.code}, as {fault}"
    return f"{loaded.boundaries} sample boundaries of layer {layer.code}"


@dataclass(frozen=True, slots=True)
class _Vintage:
    """What a file is loaded as."""

    layer: Layer
    name: str
    valid_from: date | None = None
    valid_to: date | None = None


@transaction
def _load(jurisdictions: Sequence[Jurisdiction], data: Geodata, vintage: _Vintage) -> dict[str, Loaded]:
    for jurisdiction in jurisdictions:
        data.check_place(jurisdiction.key, jurisdiction.bounds)
    write(_LOCK)
    staged = stage(data, jurisdictions[0].languages[0])
    replaced = [row for each in jurisdictions for row in _remove(each.key, vintage)]
    keys = {each.key: _add(each.key, vintage) for each in jurisdictions}
    tags = _tag(keys)
    write(_REMOVE_TAGS, {"boundaries": [boundary for (boundary,) in replaced]})  # whoever published meanwhile, too
    unstage()
    return {
        jurisdiction: Loaded(
            len(data.features),
            boundaries,
            staged.repaired,
            staged.refused,
            tags[jurisdiction],
            (*staged.remarks, *_overlapping(layer)),
        )
        for jurisdiction, (layer, boundaries) in keys.items()
    }


def _remove(jurisdiction: str, vintage: _Vintage) -> list[TupleRow]:
    """Remove the vintage, and the sample; returns the keys of their boundaries."""
    given = {"jurisdiction": jurisdiction, "layer": vintage.layer.code, "vintage": vintage.name}
    return write_returning(_REMOVE, given)


def _add(jurisdiction: str, vintage: _Vintage) -> tuple[int, int]:
    """Add the staged shapes as the vintage; returns the layer's key and how many boundaries it has."""
    key = _add_layer(jurisdiction, vintage)
    boundaries = write(_BOUNDARIES, {"layer": key})
    write(_PARTS, {"jurisdiction": jurisdiction, "vertices": MAX_VERTICES, "layer": key})
    add(PublicationChange, {"jurisdiction": jurisdiction})
    return key, boundaries


def _add_layer(jurisdiction: str, vintage: _Vintage) -> int:
    sample, layer = vintage.name == SAMPLE, vintage.layer
    row = {
        "jurisdiction": jurisdiction,
        "layer": layer.code,
        "name": layer.name,
        "vintage": vintage.name,
        "valid_from": vintage.valid_from,
        "valid_to": vintage.valid_to,
        "source": "sample of the project's own making" if sample else layer.source,
        "licence": layer.licence,
        "sample": sample,
    }
    (key,) = add(BoundaryLayer, row, returning=("key",))
    return int(key)


def _tag(layers: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """Tag every publication, then what others published, moved or withdrew in the meantime; returns how many tags.

    Nobody else publishes from the end of this function until the commit.
    """
    before = snapshot()
    given = {key: {"jurisdiction": key, "layer": layer, "before": before} for key, (layer, _) in layers.items()}
    tags = {key: write(_TAG_ALL, {"layer": each["layer"]}) for key, each in given.items()}
    write(_WAIT_FOR_PUBLISHING)
    return {key: tags[key] - write(_UNTAG_MEANWHILE, each) + write(_TAG_MEANWHILE, each) for key, each in given.items()}


def _overlapping(layer: int) -> list[str]:
    return [f"{one} and {other} overlap: what lies in both counts in both" for one, other in overlaps(layer)]
