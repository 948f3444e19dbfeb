"""The pump of every outbox: what is due is tried once, what fails is tried later, and nothing holds up the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Connection, text

from open311.actions.base.transaction import connection
from open311.actions.telling.pump import Attempt, End, Outbox, pump
from open311.adapters.delivery import Down, Gone, Later, Refused
from open311.domain.backoff import Backoff
from open311.domain.moment import now
from open311.jobs import conninfo
from open311.models.locks import Lock


@dataclass(frozen=True, slots=True)
class Row:
    """A row that does ``act`` when it is tried."""

    key: int
    act: Callable[[], Attempt]
    attempts: int = 0
    address: str = "secret@example.org"


class Rows(Outbox[Row]):
    """An outbox of such rows, which notes what became of each."""

    backoff = Backoff(first=timedelta(minutes=1), longest=timedelta(hours=1), max_attempts=3)

    def __init__(self, *acts: Callable[[], Attempt], attempts: int = 0) -> None:
        self.waiting = [Row(key, act, attempts) for key, act in enumerate(acts)]
        self.noted: list[tuple[int, End, str | None, bool]] = []

    def claim(self) -> Row | None:
        return self.waiting.pop(0) if self.waiting else None

    def attempt(self, row: Row) -> Attempt:
        return row.act()

    def note(self, row: Row, attempt: Attempt, next_at: datetime | None) -> None:
        connection().execute("SELECT 1")  # what became of it can be written, whatever happened before
        self.noted.append((row.key, attempt.end, attempt.fault, next_at is not None and next_at > now()))


def done() -> Attempt:
    return Attempt(End.DONE)


def failing(fault: Exception) -> Callable[[], Attempt]:
    def run() -> Attempt:
        raise fault

    return run


def refused_by_postgresql() -> Attempt:
    connection().execute("SELECT 1 / 0")
    return done()


@pytest.mark.parametrize(
    ("fault", "end", "again"),
    [
        (Later("busy"), End.LATER, True),
        (Refused("never"), End.FAILED, False),
        (Gone("moved"), End.FAILED, False),
        (RuntimeError("nobody thought of it"), End.LATER, True),
    ],
)
def test_what_fails_holds_up_no_other(city: Connection, fault: Exception, end: End, again: bool) -> None:
    rows = Rows(failing(fault), done)
    assert pump(rows) == {end: 1, End.DONE: 1}
    assert [(key, how, later) for key, how, _, later in rows.noted] == [(0, end, again), (1, End.DONE, False)]
    assert str(fault) in str(rows.noted[0][2])


def test_what_postgresql_refuses_can_still_be_noted(city: Connection) -> None:
    rows = Rows(refused_by_postgresql, done)
    assert pump(rows) == {End.LATER: 1, End.DONE: 1}
    assert str(rows.noted[0][2]).startswith(psycopg.errors.DivisionByZero.__name__)
    assert city.scalar(text("SELECT 1")) == 1


def test_a_channel_that_is_down_is_tried_once(city: Connection) -> None:
    rows = Rows(failing(Down("no route")), done)
    assert pump(rows) == {End.LATER: 1}
    assert len(rows.waiting) == 1


def test_after_the_last_attempt_it_has_failed(city: Connection) -> None:
    assert pump(Rows(failing(Later("busy")), attempts=1)) == {End.LATER: 1}
    assert pump(Rows(failing(Later("busy")), attempts=2)) == {End.FAILED: 1}


def test_a_run_ends_when_its_time_is_up(city: Connection) -> None:
    rows = Rows(done, done)
    rows.run_seconds = 0.0
    assert pump(rows) == {End.DONE: 1}
    rows.run_seconds = 60.0
    assert pump(rows) == {End.DONE: 1}


def test_where_one_worker_is_at_it_another_has_nothing_to_do(city: Connection, database_url: str) -> None:
    rows = Rows(done)
    rows.lock = Lock.WEBHOOKS
    with psycopg.connect(conninfo(database_url)) as other:
        other.execute(Lock.WEBHOOKS.waiting)
        assert pump(rows) == {}
    assert pump(rows) == {End.DONE: 1}


def test_a_log_names_no_receiver(city: Connection, caplog: pytest.LogCaptureFixture) -> None:
    pump(Rows(failing(RuntimeError("no mailbox secret@example.org"))))
    assert "no mailbox (the address)" in caplog.text
    assert "secret@example.org" not in caplog.text
