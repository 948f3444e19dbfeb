"""Pages for staff: the list of cases, one case with everything about it, and every act on it."""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.console import (  # noqa: F401  (their pages are in the blueprint)
    ask,
    assign,
    batch,
    case,
    crew,
    filters,
    held_words,
    photos,
    queue,
    refer,
    relate,
    update,
)
from open311.entrypoints.console.blueprint import blueprint


def register(app: Flask) -> None:
    """Register the pages with the application."""
    app.register_blueprint(blueprint)
