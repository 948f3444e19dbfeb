"""Tables come from migrations alone, and are what the models say; history cannot be rewritten."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from flask import Flask

from open311.actions.environment import connection
from open311.models import schema
from open311.models.base import database


def test_migrations_make_what_the_models_say(app: Flask) -> None:
    with app.app_context(), database.engine.connect() as made:
        assert schema.differences(made) == []


def test_migrating_again_changes_nothing(app: Flask) -> None:
    with app.app_context(), database.engine.connect() as made:
        schema.migrate(made)
        assert schema.differences(made) == []


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
        "TRUNCATE service_request_update",
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
