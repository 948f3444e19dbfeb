"""The advisory locks of this database, for work that only one process may do at a time."""

from __future__ import annotations

from enum import IntEnum


class Lock(IntEnum):
    """Every lock number that is in use, so that no number has two meanings."""

    MIGRATION = 311
    CITY = 3112
    BOUNDARIES = 3113
    RETENTION = 3114
    WEBHOOKS = 3115
    PUSH = 3116
    ADMINISTRATORS = 3117

    @property
    def waiting(self) -> str:
        """SQL that waits for the lock and holds it until the transaction ends."""
        return f"SELECT pg_advisory_xact_lock({self.value})"
