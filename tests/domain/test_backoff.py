"""Waiting before another attempt: twice as long each time, up to a limit, and not forever."""

from __future__ import annotations

from datetime import timedelta

from open311.actions.telling import call, send
from open311.domain.backoff import Backoff

MINUTE = timedelta(minutes=1)


def test_waits_double_up_to_the_longest_and_then_there_is_none() -> None:
    backoff = Backoff(first=MINUTE, longest=5 * MINUTE, max_attempts=5)
    assert [backoff.wait(attempts) for attempts in range(6)] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE, None, None]


def test_messages_are_tried_for_a_day_and_webhooks_over_night() -> None:
    def total(backoff: Backoff) -> float:
        waits = [backoff.wait(attempts) for attempts in range(backoff.max_attempts - 1)]
        return sum((wait for wait in waits if wait), timedelta()) / timedelta(hours=1)

    assert 28 < total(send.BACKOFF) < 36
    assert 12 < total(call.BACKOFF) < 16


def test_many_attempts_do_not_overflow() -> None:
    assert Backoff(timedelta(minutes=1), timedelta(hours=1), max_attempts=500).wait(400) == timedelta(hours=1)
