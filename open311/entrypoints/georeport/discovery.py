"""Service Discovery: where this city's endpoints are, for programs and for people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from open311.actions.base.environment import current_environment
from open311.api.answer_cache import CacheMark
from open311.api.call import Call, root_url
from open311.api.endpoint import Reply, endpoint
from open311.catalog.city import Endpoint, Jurisdiction
from open311.domain.moment import now
from open311.queries.city.catalogue import in_force_since
from open311.wire.documents import DiscoveryDocument
from open311.wire.formats import FORMATS

blueprint = Blueprint("discovery", __name__, template_folder="templates")

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


@blueprint.get("/discovery<suffix:suffix>")
@endpoint(DiscoveryDocument, any_jurisdiction=True)
def discovery(call: Call) -> Reply:
    """The endpoints and their formats."""
    return Reply([_row(call.endpoint, call.jurisdiction)], cache=CacheMark(call.jurisdiction.key))


@blueprint.get("/")
@blueprint.get("/discovery.html")
def page(base: Endpoint) -> Response:
    """The page for people that says where the endpoints are."""
    city = current_environment().city
    row = _row(base, city.jurisdictions[base.jurisdictions[0]])
    html = render_template(
        "georeport/discovery.html",
        city=city.name,
        jurisdiction=city.jurisdictions[base.jurisdictions[0]],
        endpoints=row["endpoints"],
        changeset=row["changeset"],
    )
    answer = Response(html, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; img-src 'self'"
    return answer


def _row(base: Endpoint, jurisdiction: Jurisdiction) -> dict[str, Any]:
    """The document; contact and where to get a key are those of the jurisdiction that is asked, or of the first."""
    city = current_environment().city
    changed = in_force_since(city.fingerprint) or now()
    return {
        "changeset": changed,
        "contact": jurisdiction.contact,
        "key_service": jurisdiction.key_service,
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": root_url() + each.path,
                "changeset": changed,
                "type": each.type,
                "formats": [fmt.media_type for fmt in FORMATS.values()],
            }
            for each in city.endpoints
        ],
    }
