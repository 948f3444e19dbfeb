"""GET media/{name}: photos, named by their content, so that they can be cached for ever."""

from __future__ import annotations

from flask import Blueprint, Response

from open311.actions.base.environment import current_environment
from open311.api.problems import errors
from open311.queries.publications.media import is_public
from open311.wire.formats import DEFAULT

blueprint = Blueprint("media", __name__)


@blueprint.get("/media/<name>")
def photo(name: str) -> Response:
    """One photo or thumbnail, if it belongs to something that may be seen."""
    content = current_environment().files.read(name) if is_public(current_environment().city, name) else None
    if content is None:
        return errors(404, ["no such photo"], DEFAULT)
    answer = Response(content, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
