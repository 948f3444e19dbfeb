"""Rate limits for writes, counted in the database so that all workers agree."""

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


def count_write(bucket: str, limit: int, seconds: int) -> None:
    """Count a write in a bucket that allows ``limit`` of them (0 for any number) in a window of ``seconds``.

    The count commits by itself, so that refused writes count too.

    :raises TooManyRequests: when the window is used up; it says how many seconds are left until the next.
    """
    if limit:
        _count(bucket, limit, seconds, "writes")


def count_try(kind: str, whose: str, limit: int, seconds: int) -> None:
    """Count an attempt that needs no key, such as signing in or having mail sent; successful attempts count too.

    ``whose`` is an e-mail or network address; only its hash is stored. ``limit`` attempts are allowed in ``seconds``.

    :raises TooManyRequests: when there were too many attempts in the window.
    """
    hashed = hashlib.sha256(whose.strip().lower().encode()).hexdigest()[:32]
    _count(f"{kind}:{hashed}", limit, seconds, "tries")


def _count(bucket: str, limit: int, seconds: int, what: str) -> None:
    [(used, wait)] = write_apart(_COUNT, {"bucket": bucket, "seconds": seconds})
    if used > limit:
        raise TooManyRequests(f"at most {limit} {what} in {seconds} seconds", max(1, wait))
