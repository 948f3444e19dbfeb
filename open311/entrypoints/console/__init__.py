"""What staff work with: the list of cases, a case with all that belongs to it, and what can be done with it."""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.console import (  # noqa: F401  (their pages are in the blueprint)
    ask,
    assign,
    batch,
    case,
    crew,
    filters,
    photos,
    queue,
    refer,
    relate,
    update,
)
from open311.entrypoints.console.blueprint import blueprint


def register(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(blueprint)
