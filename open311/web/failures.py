"""Errors as pages."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from open311.domain.errors import (
    Conflict,
    InvalidArgument,
    InvalidDraft,
    NotAllowed,
    Refusal,
    SignInRefused,
    StepRefused,
    TooManyRequests,
    UnknownLink,
    UnknownPhoto,
    UnknownServiceRequest,
)

STATUS: dict[type[Refusal], int] = {
    InvalidArgument: 422,
    InvalidDraft: 422,
    StepRefused: 422,
    NotAllowed: 403,
    SignInRefused: 403,
    UnknownServiceRequest: 404,
    UnknownPhoto: 404,
    UnknownLink: 404,
    Conflict: 409,
    TooManyRequests: 429,
}
"""What pages say; other refusals are the API's, and 400 here."""
TITLES = {
    400: "That did not work",
    403: "You cannot open this page",
    404: "There is no such page",
    405: "That did not work",
    409: "Somebody else was faster",
    429: "Too many tries",
    503: "Not now",
}
_LOG = logging.getLogger(__name__)


def register(blueprint: Blueprint) -> None:
    """Add the handlers to a blueprint of pages."""
    blueprint.register_error_handler(Refusal, refused)
    blueprint.register_error_handler(HTTPException, _failed)
    blueprint.register_error_handler(Exception, _broken)


def refused(refusal: Refusal) -> Response:
    """A page that says what was refused."""
    answer = _page(status(refusal), words(refusal))
    if isinstance(refusal, TooManyRequests):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def status(refusal: Refusal) -> int:
    """Its HTTP status on a page."""
    return STATUS.get(type(refusal), 400)


def words(refusal: Refusal) -> str:
    """A refusal in a sentence for whoever looks at the page."""
    if isinstance(refusal, TooManyRequests):
        minutes = -(-refusal.retry_after // 60)
        return f"Too many tries. Try again in {minutes} minute{'' if minutes == 1 else 's'}"
    return str(refusal)


def _failed(fault: HTTPException) -> Response:
    answer = _page(fault.code or 500, fault.description or fault.name)
    for name, value in fault.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _broken(fault: Exception) -> Response:
    _LOG.exception("%s %s failed", request.method, request.path, exc_info=fault)
    return _failed(InternalServerError("The server failed; what was sent was not stored"))


def _page(status: int, reason: str) -> Response:
    title = TITLES.get(status, "That did not work")
    return Response(render_template("web/failure.html", title=title, reason=reason), status)
