"""Run an action as one transaction, and write and queue jobs inside it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from open311.actions.base.environment import Environment
from open311.domain.errors import RETRY_SECONDS, OutcomeUnknown
from open311.models.base import database
from open311.models.locks import Lock
from open311.models.patience import is_lost
from open311.queries.reading import READ, TRANSACTION, Statement

P = ParamSpec("P")
R = TypeVar("R")


def transaction(action: Callable[P, R]) -> Callable[P, R]:
    """Run an action as one transaction: commit when it returns, roll back when it raises.

    An action that another action calls is part of its transaction. Queries inside it (``queries/reading``) see what it
    has written. If the connection breaks during the commit, ``OutcomeUnknown`` is raised.
    """

    @functools.wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if TRANSACTION.get() is not None:
            return action(*args, **kwargs)
        session = database.session()
        try:
            under_way = TRANSACTION.set(_psycopg(session))
            try:
                result = action(*args, **kwargs)
            finally:
                TRANSACTION.reset(under_way)
            _commit(session)
        except BaseException:
            with suppress(DBAPIError):  # a connection that is gone has rolled back already
                session.rollback()
            raise
        return result

    return run


def _commit(session: Session) -> None:
    try:
        session.commit()
    except (DBAPIError, psycopg.Error) as fault:
        if is_lost(fault):
            raise OutcomeUnknown(
                "it is not known whether this was stored: the database was lost at that moment. If it is sent again "
                "with the same Idempotency-Key or client_request_id, it counts once",
                RETRY_SECONDS,
            ) from fault
        raise


def connection() -> psycopg.Connection[Any]:
    """Return the psycopg connection of the transaction that is under way."""
    return TRANSACTION.get() or _psycopg(database.session())


def _psycopg(session: Session) -> psycopg.Connection[Any]:
    return session.connection().connection.driver_connection  # type: ignore[return-value]


def write(statement: Statement, given: Mapping[str, Any] | None = None) -> int:
    """Run a statement that writes, once; return the number of rows that it wrote."""
    return connection().execute(statement.sql, statement.values(given)).rowcount


def write_returning(statement: Statement, given: Mapping[str, Any] | None = None) -> list[TupleRow]:
    """Run a statement that writes and has a ``RETURNING`` clause, once; return its rows."""
    return connection().execute(statement.sql, statement.values(given)).fetchall()


def write_apart(statement: Statement, given: Mapping[str, Any] | None = None) -> list[TupleRow]:
    """Run a statement with a ``RETURNING`` clause that commits by itself, even if the surrounding action fails.

    It is never run a second time: after a lost connection, nobody knows whether it was done.
    """
    engine = database.engines[READ]
    own = engine.raw_connection()
    try:
        return list(own.driver_connection.execute(statement.sql, statement.values(given)).fetchall())  # type: ignore[union-attr]
    except psycopg.OperationalError:
        engine.dispose()  # its other connections may be as dead as this one
        raise
    finally:
        own.close()


def add(table: Any, row: Mapping[str, Any], *, returning: tuple[str, ...] = ()) -> TupleRow:
    """Insert one row, given by column names; return the columns that ``returning`` names."""
    done = connection().execute(_insert(table.__table__, tuple(row), returning).sql, row)
    return done.fetchall()[0] if returning else ()


@lru_cache(maxsize=128)
def _insert(table: Table, columns: tuple[str, ...], returning: tuple[str, ...]) -> Statement:
    statement = insert(table).values(dict.fromkeys(columns)).inline()
    return Statement(statement.returning(*(table.c[name] for name in returning)) if returning else statement)


def defer(
    environment: Environment,
    task: str,
    *,
    at: datetime | None = None,
    one_by_one: str | None = None,
    priority: int = 0,
    **arguments: Any,
) -> None:
    """Queue a job by the name of its task; it is queued if and when the transaction commits.

    It starts no earlier than ``at``, and after waiting jobs with a higher ``priority``. Jobs with the same
    ``one_by_one`` run one after another, in the order in which they were queued.
    """
    how = {"schedule_at": at, "lock": one_by_one, "priority": priority}
    environment.queue.configure_task(task, connection=connection(), **how).defer(**arguments)


_TRY_LOCK = Statement("SELECT pg_try_advisory_xact_lock(:lock)")


def alone(lock: Lock) -> bool:
    """Try to take an advisory lock until the transaction ends; return False if another transaction has it."""
    return bool(write_returning(_TRY_LOCK, {"lock": lock.value})[0][0])


_LOCK = Statement("SELECT pg_advisory_xact_lock(:lock)")


def wait_for(lock: Lock) -> None:
    """Take an advisory lock until the transaction ends, waiting while another transaction has it."""
    write_returning(_LOCK, {"lock": lock.value})
