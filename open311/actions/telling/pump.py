"""Send what is waiting in an outbox, one row at a time, until nothing is due or the time is up.

A row stays locked while it is handed over, so no other worker sends it too. What became of it is committed with the
lock; only a crash between the other side's answer and that commit can repeat it (ADR 11).
"""

from __future__ import annotations

import logging
import traceback
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from time import monotonic
from typing import Generic, Protocol, TypeVar

from open311.actions.base.transaction import alone, connection, transaction
from open311.adapters.delivery import Down, Later, Refused
from open311.domain.backoff import Backoff
from open311.domain.moment import now
from open311.models.locks import Lock

_LOG = logging.getLogger(__name__)


class Waiting(Protocol):
    """A row of an outbox."""

    @property
    def key(self) -> int:
        """Its primary key."""

    @property
    def attempts(self) -> int:
        """How often it was tried before."""

    @property
    def address(self) -> str:
        """Whom it is for, which no log may name."""


Row = TypeVar("Row", bound=Waiting)


class End(StrEnum):
    """How an attempt ended."""

    DONE = "done"
    DROPPED = "dropped"
    """Nobody wants it any more."""
    FAILED = "failed"
    """It was tried for the last time."""
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one attempt."""

    end: End
    fault: str | None = None
    status: int | None = None
    """What an HTTP server answered, if it did."""
    stop: bool = False
    """Whether nothing else of the outbox can leave now."""


class Outbox(ABC, Generic[Row]):
    """Rows that wait to be handed to somebody else's server."""

    backoff: Backoff
    lock: Lock | None = None
    """Held by the one worker at a time that may empty the outbox; None where several may."""
    run_seconds: float | None = None
    """After how long a run starts no further attempt; None where there is no limit."""

    @abstractmethod
    def claim(self) -> Row | None:
        """Lock and return the next row that is due, or None; rows that others have locked are skipped."""

    @abstractmethod
    def attempt(self, row: Row) -> Attempt:
        """Hand the row over. What the other side says instead is raised as ``adapters/delivery`` has it."""

    @abstractmethod
    def note(self, row: Row, attempt: Attempt, next_at: datetime | None) -> None:
        """Write down what became of the row, and when it is due again (None where it is not)."""


def pump(outbox: Outbox[Row]) -> Counter[End]:
    """Try what is due, and return how many attempts ended how."""
    ends: Counter[End] = Counter()
    began = monotonic()
    while (attempt := _try_next(outbox)) is not None:
        ends[attempt.end] += 1
        if attempt.stop or (outbox.run_seconds is not None and monotonic() - began >= outbox.run_seconds):
            break
    return ends


@transaction
def _try_next(outbox: Outbox[Row]) -> Attempt | None:
    """Try one row, and return what became of it, or None where there is none to try."""
    if outbox.lock and not alone(outbox.lock):
        return None
    row = outbox.claim()
    if row is None:
        return None
    attempt = _attempt(outbox, row)
    next_at = None
    if attempt.end is End.LATER:
        wait = outbox.backoff.wait(row.attempts)
        if wait is None:
            attempt = replace(attempt, end=End.FAILED)
        else:
            next_at = now() + wait
    outbox.note(row, attempt, next_at)
    return attempt


def _attempt(outbox: Outbox[Row], row: Row) -> Attempt:
    try:
        # A savepoint, so that what became of the row can be written even after PostgreSQL itself refused something.
        with connection().transaction():
            return outbox.attempt(row)
    except Refused as fault:
        return Attempt(End.FAILED, str(fault), fault.status)
    except Later as fault:
        return Attempt(End.LATER, str(fault), fault.status, stop=isinstance(fault, Down))
    except Exception as fault:  # whatever is wrong with one row must not stop all others
        trace = "".join(traceback.format_exception(fault))
        _LOG.error("%s %s: %s", type(outbox).__name__, row.key, trace.replace(row.address, "(the address)"))
        return Attempt(End.LATER, f"{type(fault).__name__}: {fault}")
