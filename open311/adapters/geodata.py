"""Read boundaries from geographic files in any format that GDAL knows: GeoJSON, Shapefile, GeoPackage, KML, ..."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import pyogrio
import shapely

from open311.adapters.geofiles import Layer, UnreadableGeodata, layers_of, quiet, reason_of
from open311.adapters.projection import Extent, boxes, crs_name, to_degrees, what_fits
from open311.domain.boundary_name import code_fault
from open311.domain.place import Box

__all__ = ["Feature", "Geodata", "UnreadableGeodata", "read_geodata"]


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: its position in the file from 1, its code and name, and its shape in longitude and latitude."""

    number: int
    code: str
    name: str
    shape: Any
    given: Extent
    """The extent of the shape in the numbers of the file; NaN where one of them is no number."""
    closed: bool = False
    """Whether a ring of it was open, and was closed."""
    fault: str = ""
    """Why it cannot be a boundary; empty if it can."""

    def __str__(self) -> str:
        """Name the feature as messages do."""
        called = self.code or self.name or "without a code"
        return f"feature {self.number} ({''.join(each if each.isprintable() else ' ' for each in called[:40])})"

    @property
    def is_on_globe(self) -> bool:
        """Whether every corner has a place; longitudes may go once around the globe more."""
        x, y = shapely.get_coordinates(self.shape).T
        return bool(numpy.all(numpy.abs(x) <= 360) and numpy.all(numpy.abs(y) <= 90))


@dataclass(frozen=True)
class Geodata:
    """The features of a file, and the coordinate system that it names (None: it names none)."""

    source: str
    features: Sequence[Feature]
    crs: str | None

    @property
    def usable(self) -> list[Feature]:
        """The features that can be boundaries."""
        return [feature for feature in self.features if not feature.fault]

    def check_place(self, city: str, bounds: Box | None) -> None:
        """Make sure that the features lie on the globe, and that one of them touches the city.

        :raises UnreadableGeodata: when they do not, with what they seem to be.
        """
        for feature in self.usable:
            if not feature.is_on_globe:
                seems = _seems(feature, bounds, self.crs)
                raise UnreadableGeodata(f"{self.source}: {feature} has a corner that is not on the globe; {seems}")
        if bounds and self.usable and not any(_touches(feature, bounds) for feature in self.usable):
            feature = self.usable[0]
            x, y = (round(each, 5) for each in feature.shape.bounds[:2])
            place = f"no feature touches the bounds of {city} in config/city.yaml, as {feature} lies near {x}, {y}"
            raise UnreadableGeodata(f"{self.source}: {place}; {_seems(feature, bounds, self.crs)}")


def _touches(feature: Feature, bounds: Box) -> bool:
    return any(shapely.intersects(feature.shape, each) for each in boxes(bounds))


def _seems(feature: Feature, bounds: Box | None, crs: str | None) -> str:
    if not numpy.all(numpy.isfinite(feature.given)):
        return "one of its coordinates is no number: export the file again"
    return what_fits(feature.given, bounds, crs)


def read_geodata(source: str, code_property: str, name_property: str) -> Geodata:
    """Read the code, name and shape of every feature in a file, in a zip or at a URL.

    Of several layers, the one that has both properties is read.

    :raises UnreadableGeodata: when the file cannot be used, with a sentence for the person who loads it.
    """
    wanted = (code_property, name_property)
    with layers_of(source) as layers:
        layer = _choose(source, layers, wanted)
        try:
            with quiet():
                about, _, geometry, values = pyogrio.raw.read(layer.path, layer=layer.name)
        except UnicodeDecodeError:
            reason = "its texts are not in the encoding that it names; in a Shapefile, correct the .cpg file"
            raise UnreadableGeodata(f"{source} cannot be read: {reason}") from None
        except Exception as fault:  # GDAL's drivers raise whatever they like
            raise UnreadableGeodata(f"{source} cannot be read: {reason_of(fault)}") from None
    if geometry is None or not len(geometry):
        raise UnreadableGeodata(f"{source} holds no features with shapes")
    properties = list(about["fields"])
    codes, names = (values[properties.index(each)] for each in wanted)
    crs = about.get("crs")
    return Geodata(source, list(_features(source, codes, names, geometry, crs)), crs)


def _choose(source: str, layers: Sequence[Layer], wanted: tuple[str, str]) -> Layer:
    fitting = [layer for layer in layers if set(wanted) <= set(layer.properties)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(_name(layer) for layer in fitting or layers)
    if fitting:
        raise UnreadableGeodata(f"{source} holds several layers that could be meant: {names}; leave one in the file")
    if len(layers) > 1:
        both = " and ".join(dict.fromkeys(map(repr, wanted)))
        raise UnreadableGeodata(f"{source} holds the layers {names}, none of which has the properties {both}")
    lacking = next(each for each in wanted if each not in layers[0].properties)
    has = ", ".join(layers[0].properties) or "none"
    if layers[0].path.suffix.lower() == ".shp" and not layers[0].properties:
        has = "none, as the .dbf file that belongs to the .shp file is missing"
    raise UnreadableGeodata(f"{source} has no property {lacking!r}; it has {has}")


def _name(layer: Layer) -> str:
    """A layer as its file is called, or by its own name inside a file of several."""
    return layer.path.name if layer.name == layer.path.stem else layer.name


def _features(source: str, codes: Any, names: Any, geometry: Any, crs: str | None) -> Iterator[Feature]:
    # NumPy warns of what is no number; it is told by feature.
    with quiet():
        given = shapely.force_2d(shapely.from_wkb(geometry, on_invalid="fix"))
        closed = ~shapely.is_missing(given) & shapely.is_missing(shapely.from_wkb(geometry, on_invalid="ignore"))
        try:
            shapes = to_degrees(given, crs)
        except ValueError as fault:
            reason = f"its coordinate system, {crs_name(crs)}, cannot be understood ({fault}); convert it to EPSG:4326"
            raise UnreadableGeodata(f"{source}: {reason}") from None
    for number, (code, name, shape, raw, was_open) in enumerate(
        zip(codes, names, shapes, given, closed, strict=True), 1
    ):
        own, called = _text(code), " ".join(_text(name).split())
        yield Feature(number, own, called or own, shape, _extent(raw), bool(was_open), _fault(own, shape))


def _extent(shape: Any) -> Extent:
    if shape is None or not numpy.all(numpy.isfinite(shapely.get_coordinates(shape))):
        return (math.nan,) * 4
    west, south, east, north = map(float, shape.bounds)
    return west, south, east, north


def _fault(code: str, shape: Any) -> str:
    if shape is None or shape.is_empty:
        return "it has no shape"
    if shapely.get_dimensions(shape) < 2:
        return "its shape is no area"
    return code_fault(code)


def _text(value: Any) -> str:
    """Return a property as text; whole numbers are written without a decimal point."""
    if value is None or value != value:  # NaN stands for a missing number
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
