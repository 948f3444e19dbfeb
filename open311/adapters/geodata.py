"""Read geographic files in any format that GDAL knows (GeoJSON, Shapefile, GeoPackage, ...), from disk or the web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError


class UnreadableGeodata(Exception):
    """The file is missing, is not a geographic file, or lacks a property; the message says which."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: its code and name as text, and its geometry as WKB in the file's coordinate system."""

    code: str
    name: str
    wkb: bytes | None


@dataclass(frozen=True)
class Geodata:
    """The features of a file, and the EPSG number of its coordinate system (``srid``)."""

    features: list[Feature]
    srid: int


def read_geodata(source: str, code_property: str, name_property: str) -> Geodata:
    """Read the code, name and geometry of every feature in a file or at a URL.

    :raises UnreadableGeodata: when the file cannot be used, with a sentence for the person who loads it.
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
    """Return a property as text; whole numbers are written without a decimal point."""
    if value is None or value != value:  # NaN stands for a missing number
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()


def _srid(crs: str | None) -> int:
    """Return the EPSG number of a coordinate system; without one it is WGS 84, as in GeoJSON.

    :raises UnreadableGeodata: when the coordinate system has no EPSG number.
    """
    if not crs:
        return 4326
    authority, _, number = crs.partition(":")
    if authority.upper() == "EPSG" and number.isdigit():
        return int(number)
    if "CRS84" in crs:
        return 4326
    raise UnreadableGeodata("the coordinates are in a system without an EPSG number; convert the file to EPSG:4326")
