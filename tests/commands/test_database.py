"""``open311 database``: tables made from nothing, and compared with the models."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import make_url, text

from open311.app import create_app
from open311.models.base import database
from open311.settings import Settings
from tests.commands.conftest import invoke
from tests.conftest import drop_database, make_database


@pytest.fixture
def run(database_url: str) -> Iterator[Callable[..., str]]:
    """Run a command over a database of its own, empty at first."""
    url = make_url(database_url)
    own = url.set(database=f"{url.database}_tables").render_as_string(hide_password=False)
    make_database(own)
    app = create_app(Settings(own, pool_size=1))
    with app.app_context():
        yield lambda *words, exit_code=0: invoke(app, *words, exit_code=exit_code)
        for engine in database.engines.values():
            engine.dispose()
    drop_database(own)


def test_tables_are_made_compared_and_made_only_once(run: Callable[..., str]) -> None:
    assert run("database", "check", exit_code=1) == "Error: there are no tables yet: run 'open311 database migrate'\n"
    assert run("database", "migrate") == "the tables are up to date\n"
    assert run("database", "check") == "the tables are what the models say\n"
    assert run("database", "migrate") == "the tables are up to date\n"
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE token DROP COLUMN created_at"))
    (difference,) = run("database", "check", exit_code=1).splitlines()
    assert "add_column" in difference
    assert "created_at" in difference


@pytest.fixture
def owned(database_url: str) -> Iterator[tuple[str, str]]:
    """An empty database of somebody who is no superuser: its URL for them, and for a superuser."""
    url = make_url(database_url).set(drivername="postgresql")
    name = f"{url.database}_owned"
    administrator = url.render_as_string(hide_password=False)
    superuser = url.set(database=name).render_as_string(hide_password=False)
    owner = url.set(database=name, username=name, password=name).render_as_string(hide_password=False)
    drop_database(superuser)
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(name)))
        connection.execute(SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(Identifier(name), Literal(name)))
        connection.execute(SQL("CREATE DATABASE {0} OWNER {0}").format(Identifier(name)))
    yield owner, superuser
    drop_database(superuser)
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute(SQL("DROP ROLE {}").format(Identifier(name)))


@pytest.mark.slow
def test_a_superuser_is_needed_once_for_the_extensions_and_for_no_table(owned: tuple[str, str]) -> None:
    owner, superuser = owned

    def migrate() -> subprocess.CompletedProcess[str]:
        command = [Path(sys.executable).parent / "open311", "database", "migrate"]
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": owner}, capture_output=True, text=True)

    done = migrate()
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("the user of DATABASE_URL does not have permission to do that")
    assert "postgis" in line
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
        connection.execute("CREATE EXTENSION btree_gist")
    assert migrate().stdout == "the tables are up to date\n"
