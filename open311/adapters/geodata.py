"""Geographic files in any format that GDAL reads (GeoJSON, Shapefile, GeoPackage, ...), from disk or the web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError


class UnreadableGeodata(Exception):
    """The file is not there, is no geographic file, or lacks a property; the message says which."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: chosen properties as text, and its geometry as WKB in the system of the file."""

    code: str
    name: str
    wkb: bytes | None


@dataclass(frozen=True)
class Geodata:
    """What a file holds; ``srid`` is the EPSG number of its coordinates."""

    features: list[Feature]
    srid: int


def read_geodata(source: str, code_property: str, name_property: str) -> Geodata:
    """Read code, name and geometry of every feature.

    :raises UnreadableGeodata: with a sentence for the person who loads.
    """
    try:
        about, _, geometry, values = pyogrio.raw.read(source)
    except (DataSourceError, DataLayerError, FeatureError, OSError) as fault:
        raise UnreadableGeodata(f"{source} cannot be read: {fault}") from None
    properties = list(about["fields"])
    for wanted in (code_property, name_property):
        if wanted not in properties:
            raise UnreadableGeodata(f"{source} has no property {wanted!r}; it has {', '.join(properties)}")
    if geometry is None or not len(geometry):
        raise UnreadableGeodata(f"{source} holds no features")
    codes, names = (values[properties.index(wanted)] for wanted in (code_property, name_property))
    return Geodata(list(_features(codes, names, geometry)), _srid(about.get("crs")))


def _features(codes: Any, names: Any, geometry: Any) -> Iterator[Feature]:
    for code, name, wkb in zip(codes, names, geometry, strict=True):
        yield Feature(_text(code), _text(name), wkb)


def _text(value: Any) -> str:
    """A property as text; whole numbers without a point."""
    if value is None or value != value:  # NaN stands for no number
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()


def _srid(crs: str | None) -> int:
    """The EPSG number; GeoJSON has none and is always WGS84.

    :raises UnreadableGeodata: a system without an EPSG number.
    """
    if not crs:
        return 4326
    authority, _, number = crs.partition(":")
    if authority.upper() == "EPSG" and number.isdigit():
        return int(number)
    if "CRS84" in crs:
        return 4326
    raise UnreadableGeodata("the coordinates are in a system without an EPSG number; convert the file to EPSG:4326")
