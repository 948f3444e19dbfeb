"""Coordinate systems: turning numbers into degrees, and guessing what numbers are that lie elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
import shapely
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

from open311.domain.place import Box

Extent = tuple[float, float, float, float]
"""Least x, least y, greatest x, greatest y, as they stand in a file."""

_USUAL = ("WGS 84 / Pseudo-Mercator", "NAD83 /", "ETRS89 /", "GDA", "SIRGAS 2000 /", "WGS 84 /")
"""How the names of coordinate systems begin that are tried first, because most files are in them."""


def to_degrees(shapes: numpy.ndarray, crs: str | None) -> numpy.ndarray:
    """Turn shapes into longitude and latitude; without a coordinate system they are taken for that.

    Corners that have no place on the globe become infinite.

    :raises ValueError: when the coordinate system cannot be understood.
    """
    if not crs:
        return shapes
    try:
        found = CRS.from_user_input(crs).to_2d()
        if found.equals("EPSG:4326", ignore_axis_order=True):
            return shapes
        turn = Transformer.from_crs(found, "OGC:CRS84", always_xy=True)
        return shapely.transform(shapes, turn.transform, interleaved=False)  # type: ignore[arg-type]
    except (CRSError, ProjError) as fault:
        raise ValueError(str(fault)) from None


def crs_name(crs: str | None) -> str:
    """The name of a coordinate system, as people know it."""
    if not crs:
        return "longitude and latitude"
    try:
        found = CRS.from_user_input(crs)
    except CRSError:
        return crs[:40]
    return f"{crs} ({found.name})" if crs.startswith("EPSG:") else found.name


def what_fits(numbers: Extent, bounds: Box | None, crs: str | None) -> str:
    """What numbers seem to be that lie elsewhere, and what to do about it, as the end of a sentence."""
    west, south, east, north = numbers
    swapped: Extent = (south, west, north, east)
    if _touches(swapped, bounds):
        return "longitude and latitude seem to be swapped: write longitude first"
    if crs and _touches(numbers, bounds):
        return (
            f"the numbers are degrees already, not {crs_name(crs)}: correct the coordinate system that the file names"
        )
    if bounds and (fitting := _fitting(numbers, bounds)):
        return f"the numbers fit {fitting}: have the file name that coordinate system, or convert it to EPSG:4326"
    if bounds and (fitting := _fitting(swapped, bounds)):
        return f"the numbers fit {fitting} with x and y swapped: convert the file to EPSG:4326"
    if max(map(abs, numbers)) > 360:
        return (
            "the numbers seem to be metres or feet, like those of UTM or State Plane: have the file name its "
            "coordinate system, or convert it to EPSG:4326"
        )
    return "look whether it is the right file, and in longitude and latitude (EPSG:4326)"


def _touches(numbers: Extent, bounds: Box | None) -> bool:
    """Whether these degrees touch the bounds; without bounds, whether they are on the globe."""
    if bounds is None:
        west, south, east, north = numbers
        return west >= -180 and south >= -90 and east <= 180 and north <= 90
    return any(shapely.box(*numbers).intersects(each) for each in boxes(bounds))


def boxes(bounds: Box) -> Iterator[shapely.Polygon]:
    """The bounds as shapes, also where longitudes are counted once more around the globe."""
    for turn in (0, -360, 360):
        yield shapely.box(bounds.west + turn, bounds.south, bounds.east + turn, bounds.north)


def _fitting(numbers: Extent, bounds: Box) -> str | None:
    """The projected coordinate system of the city's part of the world in which the numbers lie in the city."""
    x, y = (numbers[0] + numbers[2]) / 2, (numbers[1] + numbers[3]) / 2
    area = AreaOfInterest(bounds.west, bounds.south, bounds.east, bounds.north)
    known = query_crs_info(auth_name="EPSG", pj_types=[PJType.PROJECTED_CRS], area_of_interest=area, contains=True)
    inside = shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)
    for each in sorted(known, key=lambda each: (_rank(each.name), int(each.code))):
        if each.name.endswith("(N-E)"):  # the same as another one, with northings first
            continue
        try:
            turn = Transformer.from_crs(f"EPSG:{each.code}", "OGC:CRS84", always_xy=True)
            if inside.covers(shapely.Point(turn.transform(x, y))):
                return f"EPSG:{each.code} ({each.name})"
        except (ProjError, CRSError):
            continue
    return None


def _rank(name: str) -> int:
    return next((rank for rank, usual in enumerate(_USUAL) if name.startswith(usual)), len(_USUAL))
