"""Files of boundary layers that tests load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WEST, EAST = (-75.3, 39.8, -75.16, 40.2), (-75.16, 39.8, -74.9, 40.2)


def square(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def layer_file(path: Path, *features: tuple[Any, Any], kind: str = "Polygon", name: str = "wards") -> str:
    """A GeoJSON file of (ward, rings)."""
    document = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"ward": ward, "name": f"Ward {ward}"},
                "geometry": rings and {"type": kind, "coordinates": rings},
            }
            for ward, rings in features
        ],
    }
    file = path / f"{name}.geojson"
    file.write_text(json.dumps(document))
    return str(file)
