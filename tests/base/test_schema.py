"""Tables come from migrations alone, and are what the models say; history cannot be rewritten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from open311.actions.base.transaction import connection
from open311.catalog.location import city_directory
from open311.domain.lifecycle import STEPS
from open311.models import schema
from open311.models.base import database

HOME = city_directory()


def test_migrations_make_what_the_models_say(app: Flask) -> None:
    with app.app_context(), database.engine.connect() as made:
        assert schema.differences(made) == []


def test_migrating_again_changes_nothing(app: Flask) -> None:
    with app.app_context(), database.engine.connect() as made:
        schema.migrate(made)
        assert schema.differences(made) == []


def test_a_new_migration_bears_the_next_number_and_its_reason_and_is_tidy(app: Flask, tmp_path: Path) -> None:
    copy(HOME / "pyproject.toml", tmp_path)
    versions = tmp_path / schema.VERSIONS.relative_to(HOME)
    copytree(schema.VERSIONS, versions)
    with app.app_context(), database.engine.connect() as made:
        made.execute(text("ALTER TABLE publication DROP COLUMN words, DROP COLUMN point, DROP COLUMN written"))
        written = schema.revision(made, "Find words; say when.", versions)
    numbers = sorted(path.name[:4] for path in schema.VERSIONS.glob("0*.py"))
    assert written.name == f"{int(numbers[-1]) + 1:04}_find_words_say_when.py"
    assert written.parent == versions
    found = written.read_text("utf-8")
    assert found.startswith('"""Find words; say when."""\n')
    assert f'down_revision = "{numbers[-1]}"' in found
    assert [name for name in ("words", "point", "written", "stamp") if f'"{name}"' in found] == [
        "words",
        "point",
        "written",
    ]
    for check in (["check"], ["format", "--check"]):
        ruff = subprocess.run([sys.executable, "-m", "ruff", *check, versions], capture_output=True, text=True)
        assert ruff.returncode == 0, ruff.stdout


def test_the_database_knows_the_steps_of_the_lifecycle(city: Connection) -> None:
    known = city.execute(text("SELECT from_status, to_status FROM lifecycle_step"))
    assert {tuple(step) for step in known} == {(old, new) for old, steps in STEPS.items() for new in steps}


@pytest.mark.parametrize(
    "change",
    ["status = 'referred'", "status = 'disputed', closed_datetime = now()", "outcome = 'done'", "status = 'x'"],
)
def test_the_database_refuses_what_the_lifecycle_does_not_know(city: Connection, report: Any, change: str) -> None:
    report()
    with pytest.raises(IntegrityError), city.begin_nested():
        city.execute(text(f"UPDATE service_request SET {change}"))


def test_every_table_and_constraint_has_a_name() -> None:
    unnamed = [
        (table.name, constraint)
        for table in database.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE service_request_update SET description = 'never said'",
        "DELETE FROM service_request_update",
        "TRUNCATE service_request_update CASCADE",
    ],
)
def test_history_cannot_be_rewritten(report: Any, statement: str) -> None:
    report()
    execute = connection().execute
    execute("SAVEPOINT before")
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
        execute(statement)
    execute("ROLLBACK TO SAVEPOINT before")


def test_a_closed_case_has_a_closing_time_and_an_open_one_none(report: Any) -> None:
    report()
    execute = connection().execute
    execute("SAVEPOINT before")
    with pytest.raises(psycopg.errors.CheckViolation):
        execute("UPDATE service_request SET status = 'closed'")
    execute("ROLLBACK TO SAVEPOINT before")
