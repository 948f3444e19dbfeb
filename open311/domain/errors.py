"""What can be refused, in families: each family has one HTTP status in ``api/problems`` and one in ``web/failures``.

A refusal that is not raised yet needs a class here and nothing else: its status is that of the first family it belongs
to. The message is English, for whoever called; pages in other languages say it by its ``code`` (``web/failures``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Fact = str | int


class Refusal(Exception):
    """Something cannot be done as asked.

    :param message: an English sentence for the person or program that asked.
    :param code: what was refused, for programs, where that is more exact than the class.
    :param also: sentences about whatever else is wrong with the same call, so that all of it can be mended at once.
    :param facts: what a translation of the message has to mention.
    """

    code: str = "refusal"
    """Stable and machine-readable: the name of the class in snake case, unless a more exact one was given."""

    def __init__(self, message: str, *, code: str = "", also: Iterable[str] = (), **facts: Fact) -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.also = tuple(also)
        self.facts = facts

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


# Families


class Mendable(Refusal):
    """Whoever filled in a form can mend it there: another value, or another try. Forms show it beside a field."""


class Invalid(Mendable):
    """What was sent cannot be taken as it is."""


class Unknown(Refusal):
    """Nothing has the name that was given."""


class NotPermitted(Refusal):
    """Whoever asks may not have it."""


class Conflicting(Mendable):
    """It cannot be done after what happened meanwhile; nothing was overwritten."""


class TooMuch(Mendable):
    """A limit is used up for now.

    :param retry_after: seconds until another try is worthwhile.
    """

    def __init__(
        self, message: str, retry_after: int, *, code: str = "", also: Iterable[str] = (), **facts: Fact
    ) -> None:
        super().__init__(message, code=code, also=also, **facts)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """The server cannot do it now; whoever asked did nothing wrong.

    :param retry_after: seconds until another try is worthwhile.
    """

    def __init__(
        self, message: str, retry_after: int, *, code: str = "", also: Iterable[str] = (), **facts: Fact
    ) -> None:
        super().__init__(message, code=code, also=also, **facts)
        self.retry_after = retry_after


RETRY_SECONDS = 10
"""How long to wait before another try where nobody knows how long a failure lasts, in seconds."""
FAMILIES = (Mendable, Invalid, Unknown, NotPermitted, Conflicting, TooMuch, Unavailable)
"""Classes that are never raised themselves."""


# What was sent cannot be taken


class InvalidArgument(Invalid):
    """A parameter or field has a value that cannot be read, or parameters contradict each other."""


class MissingArgument(Invalid):
    """A required parameter was not given."""


class TooMuchAsked(Invalid):
    """A time span, a page or an upload is larger than the published limit."""


class InvalidDraft(Invalid):
    """A service request cannot be filed as it was sent.

    :param reasons: every fault at once, each as a sentence.
    """

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class MissingJurisdiction(Invalid):
    """The endpoint serves several jurisdictions, and none was named."""


class StepRefused(Invalid):
    """The lifecycle has no such step, or the step lacks what it needs: an outcome, a text, a date."""


class LastAdministrator(Invalid):
    """Nobody would be left who may manage accounts."""


class KeyReused(Invalid):
    """An idempotency key came with another body, or while the first request is still being answered."""


# Nothing has the name


class UnknownJurisdiction(Unknown):
    """No jurisdiction at this endpoint has this id."""


class UnknownService(Unknown, Mendable):
    """No service of this jurisdiction has this code."""


class UnknownServiceRequest(Unknown, Mendable):
    """No service request that the caller may see has this number."""


class UnknownPhoto(Unknown):
    """No photo has this number."""


class UnknownToken(Unknown):
    """No token of this kind was issued."""


class UnknownLink(Unknown):
    """A link from a message is unknown, was used, or has expired."""


class UnknownBoundary(Unknown, Mendable):
    """No boundary layer or boundary has this name."""


# Not for whoever asks


class KeyRefused(NotPermitted):
    """The API key is missing or wrong, or does not allow this."""


class NotAllowed(NotPermitted):
    """No role of the account allows this, or none that reaches so far."""


class SignInRefused(NotPermitted, Mendable):
    """Nobody was signed in: a wrong password or code, or a used link. The message never says which was wrong."""


# Not now


class Conflict(Conflicting):
    """Somebody else changed the service request meanwhile; nothing was overwritten."""


class RequestsHidden(Conflicting):
    """The city's files do not name a jurisdiction whose service requests are in the database."""


class TooManyRequests(TooMuch):
    """A rate limit is used up."""


class DatabaseAway(Unavailable):
    """The database cannot be reached, or takes too long; nothing was stored."""


class OutcomeUnknown(Unavailable):
    """The connection broke while a change was being stored: nobody knows whether it was."""
