"""How hot reads reach the database: compiled SQL on a raw binary cursor, one round trip, no transaction.

SQLAlchemy builds each shape of statement once (``functools.lru_cache`` around the builder); its own execution would
add half a millisecond to a request that takes less than one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.rows import TupleRow, dict_row
from sqlalchemy import Executable
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
    connection = database.engines[READ].raw_connection()
    try:
        cursor = connection.driver_connection.cursor(binary=True)  # type: ignore[union-attr]
        return list(cursor.execute(statement.sql, {**statement.constants, **given}).fetchall())
    finally:
        connection.close()


def fetch_one(statement: Statement, given: Mapping[str, Any]) -> TupleRow | None:
    """The first row, or none."""
    rows = fetch(statement, given)
    return rows[0] if rows else None


def fetch_dicts(statement: Statement, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All rows, as dictionaries."""
    connection = database.engines[READ].raw_connection()
    try:
        cursor = connection.driver_connection.cursor(row_factory=dict_row)  # type: ignore[union-attr]
        return list(cursor.execute(statement.sql, {**statement.constants, **given}).fetchall())
    finally:
        connection.close()
