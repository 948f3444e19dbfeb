"""Errors as pages, in the language of the page that failed."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from open311.domain.errors import (
    RETRY_SECONDS,
    Conflicting,
    Invalid,
    NotPermitted,
    Refusal,
    TooMuch,
    Unavailable,
    Unknown,
)
from open311.domain.language import SOURCE_LANGUAGE
from open311.models.patience import is_away
from open311.web.gate import know_nobody, recognised
from open311.web.headers import add_headers
from open311.web.language import N_, gettext, ngettext, spoken
from open311.web.shell import page, shell

STATUS: dict[type[Refusal], int] = {
    Invalid: 422,
    NotPermitted: 403,
    Unknown: 404,
    Conflicting: 409,
    TooMuch: 429,
    Unavailable: 503,
}
"""The HTTP status of each family of refusals on pages."""
TITLES = {
    400: N_("That did not work"),
    403: N_("You cannot open this page"),
    404: N_("There is no such page"),
    405: N_("That did not work"),
    409: N_("Somebody else was faster"),
    429: N_("Too many tries"),
    503: N_("Not now"),
}
SAID_BY_CODE: dict[str, str] = {
    "push_from_elsewhere": N_("Only our own pages can ask for that"),
    "no_smtputf8": N_("We cannot send mail to an address with letters like ä or ж before the @"),
    "outcome_unknown": N_("We do not know whether this was stored. Look whether it was before you send it again"),
    "push_unusable": N_("This browser does not allow it, or cannot do it now"),
}
"""Refusals that translated pages show, by code; facts of the refusal are put in by name."""
AWAY = N_("We cannot look anything up at the moment. Nothing was stored. Try again in a minute")
SAID_BY_FAMILY: dict[type[Refusal], str] = {
    Invalid: N_("This cannot be taken as it was entered"),
    NotPermitted: N_("You may not do this"),
    Unknown: N_("There is nothing of this name"),
    Conflicting: N_("Somebody else changed it meanwhile. Look at it again"),
    Unavailable: N_("That is not possible at the moment. Try again in a minute"),
}
"""What readers of other languages are told where the refusal itself is in English only."""
_OURS = N_("The server failed. Look whether what you sent was stored before you send it again")
_LOG = logging.getLogger(__name__)


def register(blueprint: Blueprint) -> None:
    """Answer errors of a blueprint with pages."""
    blueprint.register_error_handler(Refusal, refused)
    blueprint.register_error_handler(HTTPException, _failed)
    blueprint.register_error_handler(Exception, _broken)


def refused(refusal: Refusal) -> Response:
    """The page for a refusal."""
    if isinstance(refusal, Unavailable):
        know_nobody()
    if isinstance(refusal, NotPermitted):
        _note_refusal(refusal)
    answer = failure_page(status_of(refusal), sentence(refusal))
    if isinstance(refusal, TooMuch | Unavailable):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _note_refusal(refusal: Refusal) -> None:
    """Note in the log who was refused what: numbers and names of our own, nothing that was typed."""
    who = recognised()
    account = f"account:{who.account}" if who else "nobody signed in"
    _LOG.warning("refused: %s %s, %s, %s", request.method, request.endpoint, refusal.code, account)


def gone() -> Response:
    """The page for everybody while the database is away. It asks the database nothing, not even who is signed in."""
    know_nobody()
    answer = add_headers(failure_page(503, gettext(AWAY), **shell()))
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def astray(fault: HTTPException) -> Response:
    """The page for somebody whose browser got an error outside every blueprint of pages: mostly, there is nothing."""
    status = fault.code or 500
    if status >= InternalServerError.code:
        know_nobody()
    reasons = {404: N_("Look at the address again, or begin at the first page"), 500: _OURS}
    reason = gettext(reasons.get(status, fault.description or fault.name))
    try:
        around = shell()
    except Exception as failure:
        if is_away(failure):
            return gone()
        raise
    return add_headers(_with_headers(failure_page(status, reason, **around), fault))


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal on a page: that of its nearest family."""
    return next(STATUS[each] for each in type(refusal).__mro__ if each in STATUS)


def sentence(refusal: Refusal) -> str:
    """A refusal as a sentence without a full stop, in the language of the page."""
    if isinstance(refusal, TooMuch):
        minutes = -(-refusal.retry_after // 60)
        return ngettext(
            "Too many tries. Try again in %(n)s minute", "Too many tries. Try again in %(n)s minutes", minutes
        )
    if refusal.code in SAID_BY_CODE:
        return gettext(SAID_BY_CODE[refusal.code], **refusal.facts)
    said = str(refusal)
    if spoken().language != SOURCE_LANGUAGE:
        said = gettext(next(SAID_BY_FAMILY[each] for each in type(refusal).__mro__ if each in SAID_BY_FAMILY))
    return said[:1].upper() + said[1:]


def failure_page(status: int, reason: str, **values: Any) -> Response:
    """The page that says what failed.

    :param reason: a sentence without a full stop, translated.
    """
    title = gettext(TITLES.get(status, TITLES[400]))
    return page("web/failure.html", status=status, title=title, reason=reason, **values)


def _failed(fault: HTTPException) -> Response:
    return _with_headers(failure_page(fault.code or 500, gettext(fault.description or fault.name)), fault)


def _with_headers(answer: Response, fault: HTTPException) -> Response:
    for name, value in fault.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _broken(fault: Exception) -> Response:
    if is_away(fault):
        _LOG.error("%s %s: the database is away: %s", request.method, request.path, fault)
        return gone()
    _LOG.exception("%s %s failed", request.method, request.path, exc_info=fault)
    return _failed(InternalServerError(_OURS))
