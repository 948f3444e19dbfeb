"""The channels by which messages leave, and how much of a worker each may take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a worker one run of a channel may take."""

    run_seconds: float | None = None
    """After how many seconds a run starts no further message; None where there is no limit."""
    one_worker: bool = False
    """Whether only one worker at a time may serve the channel (``models/locks`` has a lock of the same name)."""


_UNLIMITED = Limits()


class Channel(StrEnum):
    """How messages leave, in the order in which channels are served: nobody's phone keeps others from their mail.

    A channel is a row here and a function in ``actions/telling/channels.py``.
    """

    limits: Limits

    def __new__(cls, name: str, limits: Limits = _UNLIMITED) -> Channel:
        """Make a member whose value is its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.limits = limits
        return member

    EMAIL = "email"
    SMS = "sms"
    # Push services are run by anybody and may hang, so they get one worker, and not for long.
    PUSH = "push", Limits(run_seconds=30, one_worker=True)
