"""The API's answer to a refusal: its HTTP status and the errors document."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response
from werkzeug.exceptions import HTTPException

from open311.domain.errors import (
    RETRY_SECONDS,
    Conflicting,
    DatabaseAway,
    Invalid,
    InvalidDraft,
    KeyReused,
    NotPermitted,
    Refusal,
    TooMuch,
    Unavailable,
    Unknown,
)
from open311.wire.documents import ErrorDocument
from open311.wire.formats import Format, render

STATUS: dict[type[Refusal], int] = {
    Invalid: 400,
    KeyReused: 422,  # draft-ietf-httpapi-idempotency-key-header
    NotPermitted: 403,
    Unknown: 404,
    Conflicting: 409,
    TooMuch: 429,
    Unavailable: 503,
}
"""The HTTP status of each family of refusals, and of the one that has its own."""

SENTENCES = {
    404: "there is nothing at this address; suffixes are .xml and .json",
    405: "this method is not allowed here",
    413: "the request is too large",
    500: "the server failed; it is not known whether what was sent was stored",
}
"""Sentences for errors of HTTP itself, by status."""


def status_of(kind: type[Refusal]) -> int:
    """The HTTP status of a kind of refusal: that of its nearest family.

    :raises StopIteration: when the class belongs to no family.
    """
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)


def refused(refusal: Refusal, fmt: Format) -> Response:
    """The errors document for a refusal, with one entry for each reason; what else is wrong comes last."""
    reasons = refusal.reasons if isinstance(refusal, InvalidDraft) else [str(refusal)]
    answer = errors(status_of(type(refusal)), [*reasons, *refusal.also], fmt)
    if isinstance(refusal, TooMuch | Unavailable):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def away() -> DatabaseAway:
    """What is said where the database cannot be reached, or takes too long."""
    return DatabaseAway("the server cannot reach its database now; nothing was stored. Try again soon", RETRY_SECONDS)


def failed(fault: HTTPException, fmt: Format) -> Response:
    """The errors document for a HTTP error: unknown address, wrong method, body too large, our own failure."""
    status = fault.code or 500
    answer = errors(status, [SENTENCES.get(status) or fault.description or fault.name], fmt)
    for name, value in fault.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def errors(status: int, reasons: Sequence[str], fmt: Format) -> Response:
    """An errors document with these reasons; put the most useful one first."""
    rows = [{"code": status, "description": reason} for reason in reasons]
    return Response(render(ErrorDocument, fmt, rows), status, content_type=fmt.content_type)
