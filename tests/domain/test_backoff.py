"""Waits grow, and end."""

from __future__ import annotations

from datetime import timedelta

from open311.domain.backoff import Backoff

MINUTE = timedelta(minutes=1)


def test_each_wait_is_twice_the_one_before_until_the_longest() -> None:
    backoff = Backoff(MINUTE, 5 * MINUTE, max_attempts=6)
    assert [backoff.wait(attempts) for attempts in range(5)] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE, 5 * MINUTE]


def test_after_the_last_attempt_there_is_no_wait() -> None:
    assert Backoff(MINUTE, MINUTE, max_attempts=3).wait(2) is None
    assert Backoff(MINUTE, MINUTE, max_attempts=1).wait(0) is None


def test_many_attempts_do_not_overflow() -> None:
    assert Backoff(MINUTE, 60 * MINUTE, max_attempts=500).wait(400) == 60 * MINUTE
