"""GET media/{name}: photos, named by their content, so that they can be cached forever."""

from __future__ import annotations

from flask import Blueprint

from open311.api.answers import Answer, answers
from open311.api.call import Call
from open311.domain.errors import UnknownPhoto
from open311.queries.publications.media import is_public

blueprint = Blueprint("media", __name__)

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@blueprint.get("/media/<name>")
@answers(errors_in="xml", any_jurisdiction=True, limited=False)
def photo(call: Call, name: str) -> Answer:
    """One photo or thumbnail, if a published service request shows it."""
    environment = call.environment
    content = environment.stores.files.read(name) if is_public(environment.city, name) else None
    if content is None:
        raise UnknownPhoto("no such photo")
    return Answer(content, "image/jpeg", FOREVER)
