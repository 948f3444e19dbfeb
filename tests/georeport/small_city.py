"""A city made of a few files, and a server of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from typing import Any

import yaml
from flask.testing import FlaskClient
from sqlalchemy import Connection

from open311.app import create_app
from open311.models.base import database
from open311.queries.reading import READ
from open311.settings import Settings
from tests.conftest import CheckedClient, _Reader

HOME = Path(__file__).resolve().parents[2]


def serve(connection: Connection, **settings: Any) -> FlaskClient:
    """A client of another server with other settings, inside the test's transaction."""
    app = create_app(Settings(database_url=connection.engine.url.render_as_string(hide_password=False), **settings))
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = CheckedClient
    with app.app_context():
        database.engines[None] = connection  # type: ignore[assignment]
        database.engines[READ] = _Reader(connection)  # type: ignore[assignment]
    return app.test_client()


def small_city(directory: Path, change: Callable[[dict[str, Any]], None], *services: str) -> Path:
    """This city's files with some of its services only, ``config/city.yaml`` changed; no rules about the others."""
    others = ignore_patterns("routing.yaml", "texts.yaml", "replies.yaml")
    copytree(HOME / "config", directory / "config", ignore=others)
    (directory / "service_definitions").mkdir()
    for service in services:
        copy(HOME / "service_definitions" / f"{service}.yaml", directory / "service_definitions")
    file = directory / "config" / "city.yaml"
    city = yaml.safe_load(file.read_text())
    change(city)
    file.write_text(yaml.safe_dump(city))
    return directory
