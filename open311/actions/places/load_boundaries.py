"""Load a vintage of a boundary layer: check and repair shapes, replace or add, tag every publication again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, write, write_returning
from open311.adapters.geodata import Geodata, UnreadableGeodata, read_geodata
from open311.catalog.city import Jurisdiction, Layer
from open311.models.locks import Lock
from open311.models.places.boundary import BoundaryLayer
from open311.models.publications.publication import PublicationChange
from open311.queries.places.boundaries import is_any_loaded
from open311.queries.publications.versions import snapshot
from open311.queries.reading import Statement

MAX_VERTICES = 64
"""Most vertices of a piece of a boundary: containing a point is decided many times faster for small pieces."""

SAMPLE = "sample"
"""The vintage of the layers that come with the project."""


@dataclass(frozen=True)
class Loaded:
    """What was loaded into one jurisdiction, in numbers."""

    features: int
    boundaries: int
    repaired: int
    refused: int
    tags: int


_LOCK = Statement(Lock.BOUNDARIES.waiting)
_STAGING = Statement(
    "CREATE TEMPORARY TABLE staged (code text, name text, valid boolean, geometry geometry) ON COMMIT DROP"
)
_STAGE = Statement(
    """
    INSERT INTO staged
    SELECT code, name, ST_IsValid(given),
           ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Force2D(ST_Transform(given, 4326))), 3))
    FROM (SELECT code, name, ST_SetSRID(ST_GeomFromWKB(wkb), :srid) AS given
          FROM unnest(CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:shapes AS bytea[])) AS f(code, name, wkb)
         ) AS features
    RETURNING valid, ST_IsEmpty(geometry)
    """
)
_UNSTAGE = Statement("DROP TABLE staged")
# Features that bear the same code are one boundary.
_BOUNDARIES = Statement(
    """
    INSERT INTO boundary (layer, code, name, geometry)
    SELECT :layer, code, min(name), ST_Multi(ST_Union(geometry)) FROM staged
    WHERE NOT ST_IsEmpty(geometry) AND code <> ''
    GROUP BY code ORDER BY min(length(code)), code
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
    return {
        jurisdiction.key: _load(
            jurisdiction.key,
            layer,
            data,
            vintage or layer.vintage,
            valid_from or layer.valid_from,
            valid_to or layer.valid_to,
        )
        for jurisdiction in jurisdictions
    }


def load_samples(environment: Environment) -> list[str]:
    """Load the sample of every layer that has one and of which nothing is loaded; returns a sentence for each."""
    sentences = []
    for jurisdiction in environment.city.jurisdictions.values():
        for layer in jurisdiction.layers.values():
            if not layer.sample_file or is_any_loaded(jurisdiction.key, layer.code):
                continue
            data = read_geodata(
                str(environment.city.directory / layer.sample_file), layer.code_property, layer.name_property
            )
            loaded = _load(jurisdiction.key, layer, data, SAMPLE, None, None)
            sentences.append(f"{jurisdiction.key}: {loaded.boundaries} sample boundaries of layer {layer.code}")
    return sentences


@transaction
def _load(
    jurisdiction: str, layer: Layer, data: Geodata, vintage: str, valid_from: date | None, valid_to: date | None
) -> Loaded:
    write(_LOCK)
    usable = [feature for feature in data.features if feature.code and feature.wkb]
    write(_STAGING)
    staged = write_returning(
        _STAGE,
        {
            "srid": data.srid,
            "codes": [feature.code for feature in usable],
            "names": [feature.name for feature in usable],
            "shapes": [feature.wkb for feature in usable],
        },
    )
    repaired, empty = sum(not valid for valid, _ in staged), sum(is_empty for _, is_empty in staged)
    if len(usable) == empty:
        raise UnreadableGeodata("the file holds no polygon with a code")
    replaced = write_returning(_REMOVE, {"jurisdiction": jurisdiction, "layer": layer.code, "vintage": vintage})
    key = _add_layer(jurisdiction, layer, vintage, valid_from, valid_to)
    boundaries = write(_BOUNDARIES, {"layer": key})
    write(_PARTS, {"jurisdiction": jurisdiction, "vertices": MAX_VERTICES, "layer": key})
    tags = _tag(jurisdiction, key)
    write(_REMOVE_TAGS, {"boundaries": [boundary for (boundary,) in replaced]})
    add(PublicationChange, {"jurisdiction": jurisdiction})
    write(_UNSTAGE)
    return Loaded(len(data.features), boundaries, repaired, len(data.features) - len(usable) + empty, tags)


def _add_layer(jurisdiction: str, layer: Layer, vintage: str, valid_from: date | None, valid_to: date | None) -> int:
    sample = vintage == SAMPLE
    row = {
        "jurisdiction": jurisdiction,
        "layer": layer.code,
        "name": layer.name,
        "vintage": vintage,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "source": "sample of the project's own making" if sample else layer.source,
        "licence": layer.licence,
        "sample": sample,
    }
    (key,) = add(BoundaryLayer, row, returning=("key",))
    return int(key)


def _tag(jurisdiction: str, layer: int) -> int:
    """Tag every publication, then what others published, moved or withdrew in the meantime; returns how many tags.

    Nobody else publishes from the end of this function until the commit.
    """
    given = {"jurisdiction": jurisdiction, "layer": layer, "before": snapshot()}
    tags = write(_TAG_ALL, given)
    write(_WAIT_FOR_PUBLISHING)
    return tags - write(_UNTAG_MEANWHILE, given) + write(_TAG_MEANWHILE, given)
