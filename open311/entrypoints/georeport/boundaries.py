"""GET boundaries and their shapes as GeoJSON."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response

from open311.api.endpoint import Call, Reply, arguments_of_query, endpoint, jurisdiction_of, limit_reads
from open311.api.problems import refused
from open311.catalog.city import Endpoint
from open311.domain.errors import Refusal, UnknownBoundary
from open311.queries.places import boundaries
from open311.wire.documents import LayerDocument
from open311.wire.formats import FORMATS

blueprint = Blueprint("boundaries", __name__)


@blueprint.get("/boundaries<suffix:suffix>")
@endpoint(LayerDocument)
def list_layers(call: Call) -> Reply:
    """The boundary layers by which requests can be filtered, every vintage."""
    here = f"{call.root_url}{call.endpoint.path}/boundaries"
    rows = boundaries.layers(call.jurisdiction.key)
    return Reply(
        [{**row, "url": f"{here}/{row['layer']}.geojson?{urlencode({'vintage': row['vintage']})}"} for row in rows]
    )


@blueprint.get("/boundaries/<name:layer>.geojson")
def layer_shapes(base: Endpoint, layer: str) -> Response:
    """The shapes of a layer; ``vintage`` names another than the newest."""
    return _shapes(base, layer, "")


@blueprint.get("/boundaries/<name:layer>/<name:code>.geojson")
def boundary_shape(base: Endpoint, layer: str, code: str) -> Response:
    """The shape of one boundary."""
    return _shapes(base, layer, code)


def _shapes(base: Endpoint, layer: str, code: str) -> Response:
    try:
        jurisdiction = jurisdiction_of(base)
        limit_reads(jurisdiction)
        vintage = arguments_of_query().get("vintage", "").strip()
        found, count = boundaries.shapes(jurisdiction.key, layer, vintage, code)
        if not count:
            of_vintage = f" of the vintage {vintage!r}" if vintage else ""
            raise UnknownBoundary(f"no boundary {layer}{':' + code if code else ''}{of_vintage} is loaded")
    except Refusal as refusal:
        return refused(refusal, FORMATS["json"])
    answer = Response(
        b'{"type":"FeatureCollection","features":' + found + b"}", content_type="application/geo+json; charset=utf-8"
    )
    answer.headers["Cache-Control"] = "max-age=3600"
    return answer
