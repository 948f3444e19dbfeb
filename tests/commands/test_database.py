"""``open311 database``: tables made from nothing, and compared with the models."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import make_url, text

from open311.app import Settings, create_app
from open311.models.base import database
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
    assert "add_table" in run("database", "check", exit_code=1)
    assert run("database", "migrate") == "the tables are up to date\n"
    assert run("database", "check") == "the tables are what the models say\n"
    assert run("database", "migrate") == "the tables are up to date\n"
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE token DROP COLUMN created_at"))
    (difference,) = run("database", "check", exit_code=1).splitlines()
    assert "add_column" in difference
    assert "created_at" in difference
