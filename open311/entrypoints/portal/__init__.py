"""Pages for residents: what stands behind the links of messages, and following a service request."""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.portal import follow_place, following, links


def register(app: Flask) -> None:
    """Serve the pages."""
    for module in (links, following, follow_place):
        app.register_blueprint(module.blueprint)
