"""GET docs: the API's reference for people, made of ``schemas/openapi.yaml``; GET schemas/{name}: the contracts.

The viewer is vendored (``static/docs/VENDORED.json``), so that the page works without any other host.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, send_from_directory, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.catalog.location import city_directory

blueprint = Blueprint(
    "docs", __name__, static_folder="static/docs", static_url_path="/docs/static", template_folder="templates"
)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the viewer styles its elements as it makes them
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
MEDIA_TYPES = {
    "json": "application/schema+json",
    "xsd": "application/xml",
    "yaml": "application/yaml",
    "md": "text/markdown",
}
"""What is published of ``schemas/``, by suffix."""


@blueprint.get("/docs")
def docs() -> Response:
    """The reference, with forms to try every call."""
    answer = Response(render_template("georeport/docs.html", city=current_environment().city.name))
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return answer


@blueprint.get("/docs/openapi.yaml")
def openapi() -> AnyResponse:
    """Where some tools look first; the file names its schemas relative to its own place."""
    return redirect(url_for("docs.schema", name="openapi.yaml"))


@blueprint.get("/schemas/<name>")
def schema(name: str) -> Response:
    """One contract: ours, wherever the city's files lie."""
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2])
    if media_type is None:
        raise NotFound
    return send_from_directory(city_directory() / "schemas", name, mimetype=media_type)
