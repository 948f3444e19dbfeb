"""What tests of imports share: a city on a database of its own, since an import commits on connections of its own."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from flask import Flask

from open311.actions.base.transaction import connection
from open311.app import create_app
from open311.models.base import database
from open311.settings import Settings
from tests.checks import check_publications

HOME = Path(__file__).resolve().parents[2]
PHILADELPHIA = HOME / "config" / "imports" / "philadelphia.yaml"
LOS_ANGELES = HOME / "config" / "imports" / "los-angeles.yaml"

# Everything that an import writes, without what differs from one run to the next.
STORED = """
SELECT to_jsonb(r) - 'key' - 'uuid' - 'version',
       (SELECT jsonb_agg(to_jsonb(u) - 'key' - 'uuid' - 'service_request' - 'recorded_at' ORDER BY u.key)
        FROM service_request_update u WHERE u.service_request = r.key),
       (SELECT p.json FROM publication p WHERE p.service_request = r.key),
       (SELECT array_agg(t.boundary ORDER BY t.boundary) FROM request_boundary t WHERE t.service_request = r.key)
FROM service_request r ORDER BY r.jurisdiction, r.service_request_id
"""


@dataclass
class Importing:
    """The command line of an import, and what it left behind."""

    app: Flask
    directory: Path

    def run(self, file: Path, mapping: Path, *options: str, exit_code: int = 0) -> str:
        """Run ``open311 import requests``; answers what it told."""
        words = ["import", "requests", str(file), "--mapping", str(mapping), "--rejects", str(self.rejects), *options]
        done = self.app.test_cli_runner().invoke(args=words)
        assert done.exit_code == exit_code, done.output
        return done.output

    @property
    def rejects(self) -> Path:
        """The reject file."""
        return self.directory / "rejects.csv"

    def refused(self) -> dict[int, str]:
        """Line and reason of each row in the reject file."""
        if not self.rejects.exists():
            return {}
        with self.rejects.open(newline="") as file:
            return {int(row["line"]): row["reason"] for row in csv.DictReader(file)}

    def csv(self, text: str | bytes, name: str = "rows.csv") -> Path:
        """A file of this content."""
        file = self.directory / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def mapping(self, base: Path = PHILADELPHIA, when: dict[str, str] | None = None, **changes: Any) -> Path:
        """A mapping like another, with other choices."""
        data = yaml.safe_load(base.read_text())
        data["when"].update(when or {})
        file = self.directory / "mapping.yaml"
        file.write_text(yaml.safe_dump({**data, **changes}))
        return file

    def ask(self, query: str) -> list[Any]:
        """Rows of the database, as every other process sees them."""
        with psycopg.connect(connection().info.dsn, password=connection().info.password) as other:
            other.execute("SET timezone TO 'UTC'")
            return other.execute(query).fetchall()

    def case(self, columns: str, number: str) -> Any:
        """Columns of one case: one value, or several."""
        (row,) = self.ask(f"SELECT {columns} FROM service_request WHERE service_request_id = '{number}'")
        return row if len(row) > 1 else row[0]

    def stored(self) -> list[Any]:
        """Everything that was imported, in a form that can be compared with another run's."""
        return self.ask(STORED)


@pytest.fixture(scope="module")
def city_dir() -> Path:
    """Whose files; a module of another city has another."""
    return HOME


@pytest.fixture(scope="module")
def importing_app(own_database: str, city_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on the database of the module."""
    app = create_app(Settings(own_database, city_dir, tmp_path_factory.mktemp("media"), pool_size=3))
    yield app
    with app.app_context():
        for engine in database.engines.values():
            engine.dispose()


@pytest.fixture
def importing(importing_app: Flask, tmp_path: Path) -> Iterator[Importing]:
    """An import into an empty city; afterwards every publication must equal a fresh rendering."""
    with importing_app.app_context():
        try:
            yield Importing(importing_app, tmp_path)
            check_publications(importing_app.extensions["open311"])
        finally:
            database.session.rollback()
            connection().execute("SET LOCAL open311.rewrite_history = 'on'")
            connection().execute("DELETE FROM request_boundary")
            connection().execute("DELETE FROM service_request")
            database.session.commit()
            database.session.remove()
