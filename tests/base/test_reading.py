"""Reads go on when PostgreSQL was started anew, and a command says in one line that it is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from open311.app import create_app
from open311.models.base import database
from open311.queries.publications.versions import _VERSION
from open311.queries.reading import READ, fetch_one
from open311.settings import Settings

CUT = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'open311' AND pid <> pg_backend_pid()"
    " AND pid = ANY(:pids)"
)


def test_connections_that_were_cut_are_made_anew(database_url: str, app: object) -> None:
    other = create_app(Settings(database_url=database_url, pool_size=3))
    with other.app_context():
        engine = database.engines[READ]
        held = [engine.raw_connection() for _ in range(3)]
        pids = [connection.driver_connection.info.backend_pid for connection in held]  # type: ignore[union-attr]
        for connection in held:
            connection.close()
        with database.engine.connect() as connection:
            assert connection.scalar(CUT, {"pids": pids}) == 3
        for _ in range(4):
            assert fetch_one(_VERSION, {"jurisdiction": "phila.gov"}) is not None
        for each in database.engines.values():
            each.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("command", [["keys", "list"], ["database", "migrate"]])
def test_a_command_says_that_the_database_is_not_there(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "open311", *command],
        env={**os.environ, "DATABASE_URL": f"postgresql:///none?host={tmp_path}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("the database of DATABASE_URL does not answer")
    assert "Traceback" not in done.stderr
