"""/staff: where staff begin."""

from __future__ import annotations

from flask import Response

from open311.entrypoints.console.desk import blueprint
from open311.web.pages import page


@blueprint.get("")
def queue() -> Response:
    """A way to a case."""
    return page("console/queue.html")
