"""What makes an action one transaction, and what is written or queued inside it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from open311.actions.base.environment import Environment
from open311.models.base import database
from open311.models.locks import Lock
from open311.queries.reading import READ, TRANSACTION, Statement

P = ParamSpec("P")
R = TypeVar("R")


def transaction(action: Callable[P, R]) -> Callable[P, R]:
    """Commit when the action returns, undo everything when it raises.

    An action that another one calls is a part of that one: one commit for both. Every query (``queries/reading``) that
    is asked meanwhile sees what was written.
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
            session.commit()
        except BaseException:
            session.rollback()
            raise
        return result

    return run


def connection() -> psycopg.Connection[Any]:
    """The psycopg connection of the session's transaction."""
    return TRANSACTION.get() or _psycopg(database.session())


def _psycopg(session: Session) -> psycopg.Connection[Any]:
    return session.connection().connection.driver_connection  # type: ignore[return-value]


def write(statement: Statement, given: Mapping[str, Any] | None = None) -> int:
    """Run a statement that writes, once; answers how many rows it touched."""
    return connection().execute(statement.sql, statement.values(given)).rowcount


def write_returning(statement: Statement, given: Mapping[str, Any] | None = None) -> list[TupleRow]:
    """Run a statement that writes and has a ``RETURNING``, once; answers its rows."""
    return connection().execute(statement.sql, statement.values(given)).fetchall()


def write_apart(statement: Statement, given: Mapping[str, Any] | None = None) -> list[TupleRow]:
    """Run a statement with a ``RETURNING`` that commits by itself, whatever becomes of the action around it.

    It is never run a second time: after a lost connection nobody knows whether it was done.
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
    """Insert one row, by names of columns; answers the columns named in ``returning``."""
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
    """Queue a job by the name of its task; it is there if and when the transaction commits.

    It is begun ``at`` a moment at the earliest, and after all that have a higher ``priority``. Jobs of the same
    ``one_by_one`` are done one after the other, in the order in which they were queued.
    """
    how = {"schedule_at": at, "lock": one_by_one, "priority": priority}
    environment.queue.configure_task(task, connection=connection(), **how).defer(**arguments)


_TRY_LOCK = Statement("SELECT pg_try_advisory_xact_lock(:lock)")


def alone(lock: Lock) -> bool:
    """Whether nobody else is at it now; until the transaction ends, nobody else will be."""
    return bool(write_returning(_TRY_LOCK, {"lock": lock.value})[0][0])


_LOCK = Statement("SELECT pg_advisory_xact_lock(:lock)")


def wait_for(lock: Lock) -> None:
    """Wait until nobody else is at it; until the transaction ends, nobody else will be."""
    write_returning(_LOCK, {"lock": lock.value})
