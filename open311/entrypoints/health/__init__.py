"""Addresses for whoever watches the server: does the process live, and can it work?"""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.health import health


def register(app: Flask) -> None:
    """Serve ``/health/live`` and ``/health/ready``."""
    app.register_blueprint(health.blueprint)
