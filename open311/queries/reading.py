"""How hot reads reach the database: compiled SQL on a raw binary cursor, one round trip, no transaction.

SQLAlchemy builds each shape of statement once (``functools.lru_cache`` around the builder); its own execution would
add half a millisecond to a request that takes less than one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import TupleRow, dict_row
from sqlalchemy import Engine, Executable
from sqlalchemy.dialects import postgresql

from open311.models.base import database

READ = "read"
"""The bind whose connections commit by themselves: one statement, one snapshot."""

_DIALECT = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]


class Statement:
    """SQL text with named parameters, and the values that are always the same."""

    __slots__ = ("constants", "sql")

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self.constants = {name: value for name, value in compiled.params.items() if value is not None}


def fetch(statement: Statement, given: Mapping[str, Any]) -> list[TupleRow]:
    """All rows, as tuples."""
    return _run(statement, given, binary=True)


def fetch_one(statement: Statement, given: Mapping[str, Any]) -> TupleRow | None:
    """The first row, or none."""
    rows = fetch(statement, given)
    return rows[0] if rows else None


def fetch_dicts(statement: Statement, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All rows, as dictionaries."""
    return _run(statement, given, row_factory=dict_row)


def _run(statement: Statement, given: Mapping[str, Any], **how: Any) -> list[Any]:
    values = {**statement.constants, **given}
    engine = database.engines[READ]
    try:
        return _attempt(engine, statement.sql, values, how)
    except psycopg.OperationalError as fault:
        if fault.sqlstate and not fault.sqlstate.startswith(GOING_DOWN):
            raise
        # The server was started anew: all connections of the pool are dead, and new ones may do.
        engine.dispose()
        return _attempt(engine, statement.sql, values, how)


GOING_DOWN = "57P"
"""SQLSTATEs with which PostgreSQL ends connections; one that was cut has none at all."""


def _attempt(engine: Engine, sql: str, values: dict[str, Any], how: dict[str, Any]) -> list[Any]:
    connection = engine.raw_connection()
    try:
        return list(connection.driver_connection.cursor(**how).execute(sql, values).fetchall())  # type: ignore[union-attr]
    finally:
        connection.close()
