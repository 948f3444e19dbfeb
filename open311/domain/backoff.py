"""How long to wait before something that failed is tried again, and when to stop trying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from ``first`` up to ``longest``, for at most ``max_attempts`` attempts in all."""

    first: timedelta
    longest: timedelta
    max_attempts: int

    def wait(self, attempts: int) -> timedelta | None:
        """Return the wait after an attempt failed, or None if it was the last; ``attempts`` were made before it."""
        if attempts + 1 >= self.max_attempts:
            return None
        doublings = min(attempts, 24)  # a timedelta ends at a billion days
        return min(self.first * float(2**doublings), self.longest)
