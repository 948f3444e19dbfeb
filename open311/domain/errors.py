"""What can be refused, in the city's words; ``api/problems.py`` gives each its HTTP status."""

from __future__ import annotations


class Refusal(Exception):
    """Something that was asked for cannot be done; the message is for the person who asked."""


class InvalidArgument(Refusal):
    """A parameter has a value that cannot be read, or parameters contradict each other."""


class MissingArgument(Refusal):
    """A parameter that must be given was not."""


class TooMuchAsked(Refusal):
    """A time span, a page or an upload is larger than the published limit."""


class InvalidDraft(Refusal):
    """A service request cannot be taken as it is; ``reasons`` holds every fault at once."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class UnknownJurisdiction(Refusal):
    """No jurisdiction bears this id at this endpoint."""


class MissingJurisdiction(Refusal):
    """The endpoint serves several jurisdictions and none was named."""


class UnknownService(Refusal):
    """No service bears this code in this jurisdiction."""


class UnknownServiceRequest(Refusal):
    """No published service request bears this number."""


class UnknownPhoto(Refusal):
    """No photo bears this number."""


class UnknownToken(Refusal):
    """No token of this kind was given out."""


class UnknownLink(Refusal):
    """A link from a message is not known, was used, or its time has passed."""


class UnknownBoundary(Refusal):
    """No boundary layer or boundary bears this name."""


class KeyRefused(Refusal):
    """The API key is missing, wrong or not allowed to do this."""


class NotAllowed(Refusal):
    """No role of the account allows this, or not so far."""


class SignInRefused(Refusal):
    """Who they are was not shown: wrong password, wrong code, a link that was used; it never says which."""


class StepRefused(Refusal):
    """The lifecycle has no such step, or the step lacks what it needs (outcome, text, date)."""


class Conflict(Refusal):
    """Somebody else changed the service request meanwhile; nothing was overwritten."""


class KeyReused(Refusal):
    """The same idempotency key came with another body (or while the first is still being answered)."""


class TooManyRequests(Refusal):
    """A rate limit is used up; ``retry_after`` says in how many seconds to try again."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
