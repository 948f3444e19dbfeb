"""Read the database: the one way for all queries, inside an action or outside of one.

Inside an action, a query runs in the action's transaction and sees what the action wrote. Anywhere else it runs on a
connection that commits by itself: one statement, one snapshot, one round trip.

SQLAlchemy compiles each shape of statement once (``Statement``). It is executed on a raw psycopg cursor, because
SQLAlchemy's own execution would add half a millisecond to a request that takes less than one (ADR 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg
from psycopg.rows import TupleRow, class_row, dict_row
from sqlalchemy import Engine, Executable, text
from sqlalchemy.dialects import postgresql

from open311.models.base import database
from open311.models.patience import DatabaseSilent, is_lost

READ = "read"
"""The name of the SQLAlchemy bind whose connections commit by themselves."""

TRANSACTION: ContextVar[psycopg.Connection[Any] | None] = ContextVar("transaction", default=None)
"""The psycopg connection of the action that is under way, which ``actions/base/transaction`` sets; else None."""

Row = TypeVar("Row")

_DIALECT = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]


class Statement:
    """SQL that is compiled once, made from text with ``:name`` parameters or from a SQLAlchemy construct.

    In text, write the cast of a parameter as ``CAST(:name AS type)``; ``:name::type`` would be misread.
    """

    __slots__ = ("constants", "sql")

    def __init__(self, statement: str | Executable) -> None:
        construct = text(statement) if isinstance(statement, str) else statement
        compiled = construct.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self.constants = {name: value for name, value in compiled.params.items() if value is not None}

    def values(self, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return all parameters of an execution: the statement's constants and those that are given."""
        return {**self.constants, **given} if given else self.constants


def fetch(statement: Statement, given: Mapping[str, Any] | None = None) -> list[TupleRow]:
    """Return all rows as tuples."""
    return _run(statement, given, binary=True)


def fetch_one(statement: Statement, given: Mapping[str, Any] | None = None) -> TupleRow | None:
    """Return the first row as a tuple, or None if there is no row."""
    rows = fetch(statement, given)
    return rows[0] if rows else None


def fetch_value(statement: Statement, given: Mapping[str, Any] | None = None) -> Any:
    """Return the first column of the first row, or None if there is no row."""
    rows = fetch(statement, given)
    return rows[0][0] if rows else None


def fetch_values(statement: Statement, given: Mapping[str, Any] | None = None) -> list[Any]:
    """Return the first column of every row."""
    return [row[0] for row in fetch(statement, given)]


def fetch_as(row: type[Row], statement: Statement, given: Mapping[str, Any] | None = None) -> list[Row]:
    """Return all rows as instances of a frozen dataclass that has a field for each column."""
    return _run(statement, given, row_factory=class_row(row))


def fetch_one_as(row: type[Row], statement: Statement, given: Mapping[str, Any] | None = None) -> Row | None:
    """Return the first row as an instance of a frozen dataclass, or None if there is no row."""
    rows = fetch_as(row, statement, given)
    return rows[0] if rows else None


def fetch_dicts(statement: Statement, given: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return all rows as dictionaries, for documents whose columns are only known at run time."""
    return _run(statement, given, row_factory=dict_row)


def _run(statement: Statement, given: Mapping[str, Any] | None, **how: Any) -> list[Any]:
    values = statement.values(given)
    under_way = TRANSACTION.get()
    if under_way is not None:
        return list(under_way.cursor(**how).execute(statement.sql, values).fetchall())
    engine = database.engines[READ]
    try:
        return _attempt(engine, statement.sql, values, how)
    except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
        if not is_lost(fault):
            raise
        # PostgreSQL was restarted: all connections of the pool are dead, but new ones may work.
        engine.dispose()
        if isinstance(fault, DatabaseSilent):  # whoever waited so long must not wait as long again
            raise
        return _attempt(engine, statement.sql, values, how)


def _attempt(engine: Engine, sql: str, values: dict[str, Any], how: dict[str, Any]) -> list[Any]:
    connection = engine.raw_connection()
    try:
        return list(connection.driver_connection.cursor(**how).execute(sql, values).fetchall())  # type: ignore[union-attr]
    finally:
        connection.close()
