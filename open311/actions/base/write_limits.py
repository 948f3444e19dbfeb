"""Limits of writing, counted in the database so that all workers agree."""

from __future__ import annotations

import hashlib

from sqlalchemy import text

from open311.actions.base.transaction import write_apart
from open311.domain.errors import TooManyRequests
from open311.queries.reading import Statement

_COUNT = Statement(
    text(
        """
        INSERT INTO rate_window (bucket, starts_at, used)
        VALUES (:bucket, to_timestamp(floor(extract(epoch FROM clock_timestamp()) / :seconds) * :seconds), 1)
        ON CONFLICT (bucket, starts_at) DO UPDATE SET used = rate_window.used + 1
        RETURNING used, ceil(:seconds - (extract(epoch FROM clock_timestamp()) - extract(epoch FROM starts_at)))::int
        """
    )
)


def count_write(bucket: str, most: int, seconds: int) -> None:
    """Count one write in a window of so many seconds; commits by itself, so that refused ones count too.

    :raises TooManyRequests: when the window is used up, with the seconds until the next.
    """
    if most:
        _count(bucket, most, seconds, "writes")


def count_try(kind: str, whose: str, most: int, seconds: int) -> None:
    """Count what somebody tries without a key: to sign in, to have mail sent. ``whose`` (an e-mail or network address)
    is kept as a hash only.

    :raises TooManyRequests: when there were too many, whether they were right or wrong.
    """
    hashed = hashlib.sha256(whose.strip().lower().encode()).hexdigest()[:32]
    _count(f"{kind}:{hashed}", most, seconds, "tries")


def _count(bucket: str, most: int, seconds: int, what: str) -> None:
    [(used, wait)] = write_apart(_COUNT, {"bucket": bucket, "seconds": seconds})
    if used > most:
        raise TooManyRequests(f"at most {most} {what} in {seconds} seconds", max(1, wait))
