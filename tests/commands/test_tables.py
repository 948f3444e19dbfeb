"""Commands over tables of another version refuse, with one sentence that says what to do, and change nothing."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from flask import Flask
from sqlalchemy import text

from open311.entrypoints.commands.tables import TableCommand
from open311.models.base import database
from open311.models.schema import revisions
from tests.commands.conftest import invoke
from tests.commands.test_help import COMMANDS, found

NEWEST = revisions()[-1]
WITHOUT_TABLES = {"catalog check", "calendar show", "database migrate", "database check", "database revision"}
"""The commands that work whatever the tables are."""
TOLD = {
    "0001": f"older than this version (0001, not {NEWEST}): run 'open311 database migrate'",
    "9999": f"newer than this version (9999, not {NEWEST}): install the version",
    None: "there are no tables yet: run 'open311 database migrate'",
}


@pytest.fixture(params=[*TOLD], ids=str)
def told(other_app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """Let the tables be of another version; answers what is to be told of it."""
    change = "UPDATE alembic_version SET version_num = :is" if request.param else "DELETE FROM alembic_version"
    undo = (
        "UPDATE alembic_version SET version_num = :is" if request.param else "INSERT INTO alembic_version VALUES (:is)"
    )
    with other_app.app_context():
        with database.engine.begin() as connection:
            connection.execute(text(change), {"is": request.param} if request.param else {})
        yield TOLD[request.param]
        with database.engine.begin() as connection:
            connection.execute(text(undo), {"is": NEWEST})


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_that_touches_tables_asks_for_their_version(app: Flask, words: tuple[str, ...]) -> None:
    command = found(app, words)
    if not isinstance(command, click.Group):
        assert isinstance(command, TableCommand) == (" ".join(words) not in WITHOUT_TABLES)


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--port", "1"],
        ["worker"],
        ["city", "load"],
        ["keys", "issue", "App"],
        ["keys", "list"],
        ["sample", "load"],
        ["publish", "--all"],
        ["accounts", "list"],
        ["privacy", "run"],
        ["requests", "show", "1"],
        ["database", "check"],
    ],
    ids=" ".join,
)
def test_tables_of_another_version_are_told_and_left_alone(other_app: Flask, told: str, words: list[str]) -> None:
    said = invoke(other_app, *words, exit_code=1)
    assert said.startswith("Error: ")
    assert told in said
    assert len(said.splitlines()) == 1
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM api_client WHERE name = 'App'")) == 0


def test_newer_tables_are_not_migrated(other_app: Flask, told: str) -> None:
    if "newer" in told:
        assert told in invoke(other_app, "database", "migrate", exit_code=1)


def test_files_are_checked_and_help_is_given_whatever_the_tables_are(other_app: Flask, told: str) -> None:
    assert told
    assert "no fault" in invoke(other_app, "catalog", "check")
    assert "Thanksgiving" in invoke(other_app, "calendar", "show", "2027")
    assert "Usage" in invoke(other_app, "keys", "issue", "--help")
