"""What every action works with, and what makes it one transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ParamSpec, Protocol, TypeVar

import psycopg
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from open311.adapters.files import Files
from open311.adapters.mail import Mail
from open311.adapters.openid import OpenID
from open311.adapters.push import WebPush
from open311.adapters.seal import Seal
from open311.adapters.sms import Sms
from open311.adapters.webhook import Webhooks
from open311.catalog.city import City
from open311.domain.roles import Role
from open311.models.base import database
from open311.models.locks import Lock
from open311.queries.reading import Statement

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class SignIn:
    """How people sign in here."""

    seal: Seal
    second_factor_roles: frozenset[Role]
    """Roles that are worth nothing without a second factor."""
    idle: timedelta
    """How long staff may do nothing, and (``longest``) how long a session lasts however busy."""
    longest: timedelta
    openid: OpenID | None = None


class Queue(Protocol):
    """Where jobs are put: procrastinate's application, or one that only notes them (``actions/rehearse``)."""

    def configure_task(self, name: str, **how: Any) -> Any:
        """The job of this task, to be put there (``defer``) on a ``connection``."""


@dataclass(frozen=True)
class Environment:
    """The city's catalogue, its public address, its files, the queue for what must follow, and the ways out."""

    city: City
    public_url: str
    files: Files
    originals: Files
    """Photos as they were before they were redacted; the public is served nothing from here."""
    queue: Queue
    mail: Mail
    mail_from: str
    sms: Sms
    webhooks: Webhooks
    sign_in: SignIn
    push: WebPush | None = None
    """None: no browser is told anything."""


def transaction(action: Callable[P, R]) -> Callable[P, R]:
    """Commit when the action returns, undo everything when it raises.

    An action that another one calls is a part of that one: one commit for both.
    """

    @functools.wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _UNDER_WAY.get(None) is not None:
            return action(*args, **kwargs)
        session = database.session()
        try:
            under_way = _UNDER_WAY.set(_psycopg(session))
            try:
                result = action(*args, **kwargs)
            finally:
                _UNDER_WAY.reset(under_way)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        return result

    return run


_UNDER_WAY: ContextVar[psycopg.Connection[Any]] = ContextVar("connection")


def connection() -> psycopg.Connection[Any]:
    """The psycopg connection of the session's transaction."""
    return _UNDER_WAY.get(None) or _psycopg(database.session())


def _psycopg(session: Session) -> psycopg.Connection[Any]:
    return session.connection().connection.driver_connection  # type: ignore[return-value]


def add(table: Any, row: Mapping[str, Any]) -> None:
    """Insert one row, by names of columns."""
    connection().execute(_insert(table.__table__, tuple(row)).sql, row)


@lru_cache(maxsize=64)
def _insert(table: Table, columns: tuple[str, ...]) -> Statement:
    return Statement(insert(table).values(dict.fromkeys(columns)).inline())


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


def alone(lock: Lock) -> bool:
    """Whether nobody else is at it now; until the transaction ends, nobody else will be."""
    row = connection().execute("SELECT pg_try_advisory_xact_lock(%s)", (lock.value,)).fetchone()
    return row is not None and bool(row[0])
