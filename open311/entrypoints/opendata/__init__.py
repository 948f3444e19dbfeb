"""Open data: what everybody may see, for programs that follow it. Served at the host's root, for its first endpoint."""

from __future__ import annotations

from flask import Flask

from open311.catalog.city import City
from open311.entrypoints.opendata import feeds


def register(app: Flask, city: City) -> None:
    """Serve the open data of the city."""
    app.register_blueprint(feeds.blueprint, url_defaults={"base": city.endpoints[0]})
