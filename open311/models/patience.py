"""How long the database may take: limits by class of work, and connections that give up when it says nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import make_url
from sqlalchemy.exc import TimeoutError as PoolTimeout

RV = TypeVar("RV")

CONNECT_SECONDS = 5
"""How long opening a connection may take, in seconds."""
POOL_SECONDS = 5
"""How long to wait for a free connection of a pool, in seconds."""
LOST_SQLSTATES = ("57P", "08")
"""Prefixes of the SQLSTATEs with which a connection ends; one that broke has no SQLSTATE."""
GRACE_SECONDS = 2
"""How long PostgreSQL has to say that a statement took too long; after that, it counts as hung."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one class of work waits for the database, in seconds; 0 for no limit."""

    statement_seconds: int = 0
    """How long a statement may run."""
    lock_seconds: int = 0
    """How long a statement may wait for a lock."""
    idle_seconds: int = 0
    """How long a transaction may stay open without a statement."""

    @property
    def options(self) -> str:
        """The limits as options of a connection, as libpq takes them."""
        limits = {
            "statement_timeout": self.statement_seconds,
            "lock_timeout": self.lock_seconds,
            "idle_in_transaction_session_timeout": self.idle_seconds,
        }
        return " ".join(["-c timezone=UTC", *(f"-c {name}={seconds}s" for name, seconds in limits.items())])

    @property
    def answer_seconds(self) -> int | None:
        """After how long without any answer the database counts as hung; None for never."""
        return self.statement_seconds + GRACE_SECONDS if self.statement_seconds else None


HTTP = Patience(statement_seconds=15, lock_seconds=10, idle_seconds=60)
"""Answers of the API and pages: somebody waits."""
JOBS = Patience(statement_seconds=600, lock_seconds=60, idle_seconds=900)
"""Jobs of a worker. A transaction is idle while a mail server talks."""
COMMANDS = Patience()
"""Commands that somebody typed and can stop: imports, boundaries, migrations."""


class DatabaseSilent(psycopg.OperationalError):
    """The database did not answer within the time of the connection, which is closed."""


class Connection(psycopg.Connection[Any]):
    """A connection that gives up when the database says nothing, where ``statement_timeout`` cannot help."""

    answer_seconds: float | None = None
    """After how many seconds without an answer it gives up; None for never."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer, as psycopg does.

        :raises DatabaseSilent: when there is none in time.
        """
        given_up = self.answer_seconds if timeout is None else timeout
        try:
            return super().wait(gen, interval, given_up)
        except psycopg.errors._WaitTimeout:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise DatabaseSilent(f"the database has not answered for {given_up} seconds") from None


def conninfo(database_url: str) -> str:
    """Return SQLAlchemy's URL as libpq takes it; opening a connection, and a network that is gone, do not take long."""
    url = make_url(database_url).set(drivername="postgresql")
    limits = {"connect_timeout": str(CONNECT_SECONDS), "keepalives_idle": "30", "tcp_user_timeout": "30000"}
    return url.update_query_dict({**limits, **url.query}).render_as_string(hide_password=False)


def connector(database_url: str, patience: Callable[[], Patience]) -> Callable[[], Connection]:
    """Return what opens connections of an engine, with the patience of the moment."""
    address = conninfo(database_url)

    def connect() -> Connection:
        limits = patience()
        made: Connection = Connection.connect(address, options=limits.options, application_name="open311")
        made.answer_seconds = limits.answer_seconds
        return made

    return connect


def is_away(fault: BaseException | None) -> bool:
    """Whether a failure, or what caused it, says that the database cannot be reached, is too busy or takes too long."""
    while fault is not None:
        if isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError | PoolTimeout):
            return True
        if isinstance(fault, psycopg.errors.IdleInTransactionSessionTimeout | psycopg.errors.ReadOnlySqlTransaction):
            return True
        fault = getattr(fault, "orig", None) or fault.__cause__
    return False


def is_lost(fault: BaseException | None) -> bool:
    """Whether the connection broke, so that nobody knows whether what was just sent has been done."""
    while fault is not None:
        if isinstance(fault, psycopg.InterfaceError):
            return True
        if isinstance(fault, psycopg.OperationalError):
            return not fault.sqlstate or fault.sqlstate.startswith(LOST_SQLSTATES)
        fault = getattr(fault, "orig", None) or fault.__cause__
    return False
