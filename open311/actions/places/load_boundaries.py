"""Load a vintage of a boundary layer: check and repair shapes, replace or add, tag every publication again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.adapters.geodata import Geodata, UnreadableGeodata, read_geodata
from open311.catalog.city import Jurisdiction, Layer
from open311.models.locks import Lock

MOST_VERTICES = 64
"""Of a piece of a boundary: a point is found in small pieces many times faster."""

SAMPLE = "sample"
"""The vintage of layers that the project brings along."""


@dataclass(frozen=True)
class Loaded:
    """What was loaded, in numbers."""

    features: int
    boundaries: int
    repaired: int
    refused: int
    tags: int


_STAGE = """
CREATE TEMPORARY TABLE staged ON COMMIT DROP AS
SELECT code, name, given, ST_IsValid(given) AS valid,
       ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Force2D(ST_Transform(given, 4326))), 3)) AS geometry
FROM (SELECT code, name, ST_SetSRID(ST_GeomFromWKB(wkb), %s) AS given
      FROM unnest(%s::text[], %s::text[], %s::bytea[]) AS f(code, name, wkb)) AS features
"""
_LAYER = """
INSERT INTO boundary_layer (jurisdiction, layer, name, vintage, valid_from, valid_to, source, licence, sample)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING key
"""
# Features that bear the same code are one boundary.
_BOUNDARIES = """
INSERT INTO boundary (layer, code, name, geometry)
SELECT %s, code, min(name), ST_Multi(ST_Union(geometry)) FROM staged WHERE NOT ST_IsEmpty(geometry) AND code <> ''
GROUP BY code ORDER BY min(length(code)), code
"""
_PARTS = """
INSERT INTO boundary_part (boundary, jurisdiction, geometry)
SELECT b.key, %s, ST_Subdivide(b.geometry, %s) FROM boundary b WHERE b.layer = %s
"""
_TAG = """
INSERT INTO request_boundary (boundary, requested_datetime, service_request)
SELECT DISTINCT part.boundary, p.requested_datetime, p.service_request
FROM boundary b JOIN boundary_part part ON part.boundary = b.key
JOIN publication p ON p.jurisdiction = part.jurisdiction AND ST_Intersects(part.geometry, p.point)
WHERE b.layer = %(layer)s
"""
_REMOVE_TAGS = "DELETE FROM request_boundary WHERE boundary = ANY(%s)"
# Publishing waits from here until the commit. Whoever published before has committed and is seen now; whoever waits
# will see the new pieces.
_WAIT_FOR_PUBLISHING = "LOCK TABLE request_boundary IN SHARE ROW EXCLUSIVE MODE"
_MEANWHILE = """
{table}.jurisdiction = %(jurisdiction)s AND {table}.written >= pg_snapshot_xmin(%(before)s::pg_snapshot)
AND NOT pg_visible_in_snapshot({table}.written, %(before)s::pg_snapshot)
"""
_TAG_MEANWHILE = f"{_TAG} AND {_MEANWHILE.format(table='p')}"
_UNTAG_MEANWHILE = f"""
DELETE FROM request_boundary tag USING boundary b
WHERE b.layer = %(layer)s AND tag.boundary = b.key AND tag.service_request IN (
    SELECT p.service_request FROM publication p WHERE {_MEANWHILE.format(table="p")}
    UNION ALL
    SELECT c.service_request FROM publication_change c WHERE {_MEANWHILE.format(table="c")})
"""


def load_boundaries(
    jurisdictions: Sequence[Jurisdiction],
    layer: Layer,
    source: str,
    *,
    vintage: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> dict[str, Loaded]:
    """Load a file as one vintage of a layer for these jurisdictions; answers what was done for each.

    The same vintage is replaced; a sample goes when anything real comes.

    :raises UnreadableGeodata: the file cannot be used; nothing was changed.
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
    """Load the sample of every layer that has one, wherever nothing of the layer is loaded; answers what, in words."""
    told = []
    for jurisdiction in environment.city.jurisdictions.values():
        for layer in jurisdiction.layers.values():
            if not layer.sample_file or _any_loaded(jurisdiction.key, layer.code):
                continue
            data = read_geodata(
                str(environment.city.directory / layer.sample_file), layer.code_property, layer.name_property
            )
            loaded = _load(jurisdiction.key, layer, data, SAMPLE, None, None)
            told.append(f"{jurisdiction.key}: {loaded.boundaries} sample boundaries of layer {layer.code}")
    return told


@transaction
def _any_loaded(jurisdiction: str, layer: str) -> bool:
    found = connection().execute(
        "SELECT 1 FROM boundary_layer WHERE jurisdiction = %s AND layer = %s LIMIT 1", (jurisdiction, layer)
    )
    return found.fetchone() is not None


@transaction
def _load(
    jurisdiction: str, layer: Layer, data: Geodata, vintage: str, valid_from: date | None, valid_to: date | None
) -> Loaded:
    execute = connection().execute
    execute(Lock.BOUNDARIES.waiting)
    usable = [feature for feature in data.features if feature.code and feature.wkb]
    execute(
        _STAGE,
        (
            data.srid,
            [feature.code for feature in usable],
            [feature.name for feature in usable],
            [feature.wkb for feature in usable],
        ),
    )
    counted = execute(
        "SELECT count(*) FILTER (WHERE NOT valid), count(*) FILTER (WHERE ST_IsEmpty(geometry)) FROM staged"
    )
    repaired, empty = counted.fetchone() or (0, 0)
    if len(usable) == empty:
        raise UnreadableGeodata("the file holds no polygon with a code")
    replaced = _remove(jurisdiction, layer.code, vintage)
    sample = vintage == SAMPLE
    source = "sample of the project's own making" if sample else layer.source
    key = (
        execute(
            _LAYER,
            (jurisdiction, layer.code, layer.name, vintage, valid_from, valid_to, source, layer.licence, sample),
        ).fetchone()
        or (0,)
    )[0]
    boundaries = execute(_BOUNDARIES, (key,)).rowcount
    execute(_PARTS, (jurisdiction, MOST_VERTICES, key))
    tags = _tag(jurisdiction, key)
    execute(_REMOVE_TAGS, (replaced,))
    execute("INSERT INTO publication_change (jurisdiction) VALUES (%s)", (jurisdiction,))
    execute("DROP TABLE staged")
    return Loaded(len(data.features), boundaries, repaired, len(data.features) - len(usable) + empty, tags)


def _tag(jurisdiction: str, layer: int) -> int:
    """Tag every publication, and then what others published, moved or took back meanwhile; answers how many tags.

    Nobody else publishes from the end of this until the commit.
    """
    execute = connection().execute
    (before,) = execute("SELECT pg_current_snapshot()::text").fetchone() or ("",)
    given = {"jurisdiction": jurisdiction, "layer": layer, "before": before}
    tags = execute(_TAG, given).rowcount
    execute(_WAIT_FOR_PUBLISHING)
    return tags - execute(_UNTAG_MEANWHILE, given).rowcount + execute(_TAG_MEANWHILE, given).rowcount


def _remove(jurisdiction: str, layer: str, vintage: str) -> list[int]:
    """Take away the vintage that is being replaced, and the sample; answers their boundaries, which may have tags."""
    rows = connection().execute(
        "SELECT key FROM boundary_layer WHERE jurisdiction = %s AND layer = %s AND (vintage = %s OR sample)",
        (jurisdiction, layer, vintage),
    )
    layers = [row[0] for row in rows.fetchall()]
    boundaries = connection().execute("SELECT key FROM boundary WHERE layer = ANY(%s)", (layers,)).fetchall()
    connection().execute("DELETE FROM boundary_layer WHERE key = ANY(%s)", (layers,))
    return [row[0] for row in boundaries]
