"""Put the shapes of a file into a temporary table, repaired, before they become boundaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shapely import is_valid, make_valid, to_wkb

from open311.actions.base.transaction import write, write_returning
from open311.adapters.geodata import Feature, Geodata, UnreadableGeodata
from open311.queries.order import in_order
from open311.queries.reading import Statement

_STAGING = Statement(
    """
    CREATE TEMPORARY TABLE staged (position int, number int, code text, name text, geometry geometry) ON COMMIT DROP
    """
)
# Longitudes beyond 180 degrees are those of a city at the date line.
_STAGE = Statement(
    """
    INSERT INTO staged
    SELECT position, number, code, name, ST_Multi(ST_CollectionExtract(CASE
        WHEN ST_XMax(shape) > 180 THEN ST_WrapX(shape, 180, -360)
        WHEN ST_XMin(shape) < -180 THEN ST_WrapX(shape, -180, 360) ELSE shape END, 3))
    FROM unnest(CAST(:numbers AS int[]), CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:shapes AS bytea[]))
         WITH ORDINALITY AS f(number, code, name, wkb, position), ST_GeomFromWKB(wkb, 4326) AS shape
    RETURNING number, ST_IsEmpty(geometry)
    """
)
_UNSTAGE = Statement("DROP TABLE staged")


@dataclass(frozen=True, slots=True)
class Staged:
    """How many shapes were repaired and refused, and sentences about single features."""

    repaired: int
    refused: int
    remarks: list[str]


def stage(data: Geodata, language: str) -> Staged:
    """Put the shapes into a table of their own, repaired, in the order of their names in the city's language.

    :raises UnreadableGeodata: when there is none that can be a boundary.
    """
    usable = in_order(data.usable, language, lambda feature: f"{feature.name}\n{feature.code}")
    shapes = [feature.shape for feature in usable]
    are_valid = is_valid(shapes)
    write(_STAGING)
    staged = write_returning(
        _STAGE,
        {
            "numbers": [feature.number for feature in usable],
            "codes": [feature.code for feature in usable],
            "names": [feature.name for feature in usable],
            "shapes": [
                to_wkb(shape if valid else make_valid(shape)) for shape, valid in zip(shapes, are_valid, strict=True)
            ],
        },
    )
    empty = {number for number, is_empty in staged if is_empty}
    repaired = sum(feature.closed or not valid for feature, valid in zip(usable, are_valid, strict=True))
    faults = {each.number: each.fault or "its shape has no area" for each in data.features}
    refused = [
        f"{feature} is left out: {faults[feature.number]}"
        for feature in data.features
        if feature.fault or feature.number in empty
    ]
    if len(usable) == len(empty):
        first = f", as {refused[0]}" if refused else ""
        raise UnreadableGeodata(f"{data.source} holds no polygon with a code{first}")
    return Staged(repaired, len(refused), [*refused, *_duplicates(usable)])


def unstage() -> None:
    """Take the table away."""
    write(_UNSTAGE)


def _duplicates(features: Sequence[Feature]) -> list[str]:
    counts = Counter(feature.code for feature in features)
    return [
        f"{count} features have the code {code}: they are one boundary" for code, count in counts.items() if count > 1
    ]
