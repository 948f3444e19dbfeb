"""What can go wrong when something is handed to somebody else's server, in one vocabulary for every channel."""

from __future__ import annotations


class DeliveryFault(Exception):
    """The other side did not take it. The message says why; ``status`` is the HTTP status it answered, if any."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Refused(DeliveryFault):
    """The other side will never take this; sending it again is pointless."""


class Gone(Refused):
    """Nobody receives anything at this address any more."""


class Later(DeliveryFault):
    """The other side does not take this now; it may when it is sent again."""


class Unclear(Later):
    """The other side has everything, or may have it, but what it answered does not say so; again could be twice.

    ``status`` is the success that it answered, or None where it answered nothing that counts.
    """


class Down(Later):
    """The channel's own server is unreachable or rejects our credentials, so it takes nothing else either."""
