"""/staff/photos: photos that wait for review; boxes by numbers or by pointing, without JavaScript."""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.console_photos import review


def register(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(review.blueprint)
