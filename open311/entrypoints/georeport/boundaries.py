"""GET boundaries, and their shapes as GeoJSON."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from flask import Blueprint

from open311.api.answers import Answer, answers
from open311.api.call import Call
from open311.api.endpoint import Reply, endpoint
from open311.domain.boundary_name import BoundaryName
from open311.domain.errors import UnknownBoundary
from open311.queries.places import boundaries
from open311.wire.documents import LayerDocument

blueprint = Blueprint("boundaries", __name__)

GEOJSON = "application/geo+json; charset=utf-8"
FOR_AN_HOUR = {"Cache-Control": "max-age=3600"}


@blueprint.get("/boundaries<suffix:suffix>")
@endpoint(LayerDocument)
def list_layers(call: Call) -> Reply:
    """The boundary layers by which requests can be filtered, every vintage."""
    here = f"{call.root_url}{call.endpoint.path}/boundaries"
    rows = boundaries.layers(call.jurisdiction.key)
    return Reply(
        [{**asdict(row), "url": f"{here}/{row.layer}.geojson?{urlencode({'vintage': row.vintage})}"} for row in rows]
    )


@blueprint.get("/boundaries/<name:layer>.geojson")
@answers(errors_in="json")
def layer_shapes(call: Call, layer: str) -> Answer:
    """The shapes of a layer; the parameter ``vintage`` names another vintage than the one in force."""
    return _shapes(call, layer, "")


@blueprint.get("/boundaries/<name:layer>/<path:code>.geojson")
@answers(errors_in="json")
def boundary_shape(call: Call, layer: str, code: str) -> Answer:
    """The shape of one boundary."""
    return _shapes(call, layer, code)


def _shapes(call: Call, layer: str, code: str) -> Answer:
    vintage = call.arguments.get("vintage", "").strip()
    found, count = boundaries.shapes(call.jurisdiction.key, layer, vintage, code)
    if not count:
        name = str(BoundaryName(layer, code)) if code else layer
        of_vintage = f" of the vintage {vintage!r}" if vintage else ""
        raise UnknownBoundary(f"no boundary {name}{of_vintage} is loaded")
    return Answer(b'{"type":"FeatureCollection","features":' + found + b"}", GEOJSON, FOR_AN_HOUR)
