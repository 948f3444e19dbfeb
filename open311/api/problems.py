"""Which HTTP status each refusal has, and the errors document that says it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response
from werkzeug.exceptions import HTTPException

from open311.domain.errors import (
    Conflict,
    InvalidArgument,
    InvalidDraft,
    KeyRefused,
    KeyReused,
    MissingArgument,
    MissingJurisdiction,
    NotAllowed,
    Refusal,
    SignInRefused,
    StepRefused,
    TooManyRequests,
    TooMuchAsked,
    UnknownBoundary,
    UnknownJurisdiction,
    UnknownLink,
    UnknownPhoto,
    UnknownService,
    UnknownServiceRequest,
    UnknownToken,
)
from open311.wire.documents import ErrorDocument
from open311.wire.formats import Format, render

STATUS: dict[type[Refusal], int] = {
    InvalidArgument: 400,
    MissingArgument: 400,
    TooMuchAsked: 400,
    InvalidDraft: 400,
    MissingJurisdiction: 400,
    StepRefused: 400,
    KeyRefused: 403,
    NotAllowed: 403,
    SignInRefused: 403,
    UnknownJurisdiction: 404,
    UnknownService: 404,
    UnknownServiceRequest: 404,
    UnknownPhoto: 404,
    UnknownToken: 404,
    UnknownBoundary: 404,
    UnknownLink: 404,
    Conflict: 409,
    KeyReused: 422,
    TooManyRequests: 429,
}
"""Every refusal there is (a test asserts it)."""

WORDS = {
    404: "there is nothing at this address; suffixes are .xml and .json",
    405: "this method is not allowed here",
    413: "the request is too large",
    500: "the server failed; what was sent was not stored",
}
"""What is said where HTTP itself refuses."""


def refused(refusal: Refusal, fmt: Format) -> Response:
    """The answer to something that cannot be done."""
    reasons = refusal.reasons if isinstance(refusal, InvalidDraft) else [str(refusal)]
    answer = errors(STATUS[type(refusal)], reasons, fmt)
    if isinstance(refusal, TooManyRequests):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def failed(fault: HTTPException, fmt: Format) -> Response:
    """The answer where HTTP refuses: unknown address, wrong method, too large, our own failure."""
    status = fault.code or 500
    answer = errors(status, [WORDS.get(status) or fault.description or fault.name], fmt)
    for name, value in fault.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def errors(status: int, reasons: Sequence[str], fmt: Format) -> Response:
    """An errors document, the most useful reason first."""
    rows = [{"code": status, "description": reason} for reason in reasons]
    return Response(render(ErrorDocument, fmt, rows), status, content_type=fmt.content_type)
