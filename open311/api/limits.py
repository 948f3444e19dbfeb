"""Limits of reading. Each process counts for itself: with N processes a client may read up to N times as much."""

from __future__ import annotations

import math
import time

from open311.domain.errors import TooManyRequests

MINUTE_SECONDS = 60
HOUR_SECONDS = 3600
MAX_COUNTED = 100_000
"""The most clients that are counted apart in one minute."""


class ReadLimit:
    """Counts reads in fixed windows of a minute."""

    def __init__(self) -> None:
        self._window = 0
        self._used: dict[str, int] = {}

    def count(self, bucket: str, most: int) -> None:
        """Count one read of a bucket, which may have ``most`` a minute (0: no limit).

        :raises TooManyRequests: when the minute is used up.
        """
        if not most:
            return
        moment = time.time()
        window = int(moment // MINUTE_SECONDS)
        if window != self._window:
            self._window, self._used = window, {}
        if len(self._used) >= MAX_COUNTED and bucket not in self._used:
            bucket = ""  # so many clients in one minute share what one may read
        used = self._used[bucket] = self._used.get(bucket, 0) + 1
        if used > most:
            wait = max(1, math.ceil((window + 1) * MINUTE_SECONDS - moment))
            raise TooManyRequests(f"at most {most} reads a minute", wait)
