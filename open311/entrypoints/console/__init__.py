"""The staff console: working service requests, one page a module."""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.console import ask, assign, case, queue, refer, relate, update  # noqa: F401
from open311.entrypoints.console.desk import blueprint


def register(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(blueprint)
