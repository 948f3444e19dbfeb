"""What was typed into a form that could not be taken: it waits for its writer, who finds it in the same form again.

A form is not taken when its session has ended or its token is refused (``web/gate``). Its fields are stored, sealed and
for twelve hours at most; the cookie holds the token that finds them. Once its writer is back, the page that shows the
form opens it with them (``Form.of_request``). Nothing is done until it is sent again. ADR 34 says why.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request, session, url_for
from flask.sansio.app import App
from werkzeug.datastructures import MultiDict

from open311.actions.accounts import kept_forms
from open311.actions.base.environment import current_environment
from open311.actions.base.write_limits import count_try
from open311.domain.errors import TooManyRequests
from open311.web.language import N_, gettext

NEVER_KEPT = frozenset({"csrf", "do", "seen", "password", "old", "new", "code"})
"""Fields that are not kept: secrets, and what would be a decision."""
BESIDE = frozenset({"version", "newest", "list", "crew"})
"""Hidden fields of ours: a form of nothing else is a button, and nothing of it is kept."""
MAX_KEPT_CHARACTERS = 200_000
"""The most that is kept of one form."""
MAX_PAGE_CHARACTERS = 1200
"""The longest address that is remembered while somebody signs in: a cookie holds 4,000 bytes, and has it twice."""
MAX_KEPT_PER_HOUR = 60
"""How many forms of one network address are kept in an hour."""
_NOTE = N_(
    "This was not sent. What you typed is here again, but for passwords, codes and photos: look at it, then send it."
)
_SHOWN_ON, _IS_SHOWN = "open311.shown_on", "open311.kept"


def shown_on(app: App, endpoint: str, page: str) -> None:
    """Say which page shows the form that is sent to an endpoint, where that is no page itself."""
    app.extensions.setdefault(_SHOWN_ON, {})[endpoint] = page


def page_of_form() -> str | None:
    """The address of the page that was asked for, or that shows the form of this request; None where nobody said.

    A query that is too long for a cookie is left out.
    """
    rule = request.url_rule
    itself = rule is not None and "GET" in (rule.methods or ())
    page = request.endpoint if itself else current_app.extensions.get(_SHOWN_ON, {}).get(request.endpoint)
    if page is None:
        return None
    # Names that begin with an underscore are options of url_for.
    query = {name: values for name, values in request.args.lists() if not name.startswith("_")}
    address = url_for(page, **{**query, **(request.view_args or {})})
    short = address if len(address) <= MAX_PAGE_CHARACTERS else urlsplit(address).path
    return short if len(short) <= MAX_PAGE_CHARACTERS else None


def keep(account: int | None) -> None:
    """Keep what was typed in this request for an account, or for whoever uses this browser."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_KEPT]
    page = page_of_form()
    if (
        not {name for name, _ in typed} - BESIDE
        or page is None
        or sum(len(name) + len(value) for name, value in typed) > MAX_KEPT_CHARACTERS
    ):
        return
    try:
        count_try("kept from", str(request.remote_addr), MAX_KEPT_PER_HOUR, 3600)
    except TooManyRequests:
        return
    forget()
    session["kept"] = {"token": kept_forms.keep(current_environment(), typed, account), "page": page}


def kept(account: int | None) -> MultiDict[str, str] | None:
    """What was kept of the form of this page; None where there is nothing."""
    waiting = session.get("kept")
    if not waiting or not _is_here(waiting["page"]):
        return None
    typed = kept_forms.kept(current_environment(), waiting["token"], account)
    if typed is None:
        forget()
        return None
    request.environ[_IS_SHOWN] = True
    return MultiDict(typed)


def note() -> str:
    """What a page says above a form that shows what was kept; empty on other pages."""
    return gettext(_NOTE) if request.environ.get(_IS_SHOWN) else ""


def forget() -> None:
    """Forget what was kept in this browser."""
    if waiting := session.pop("kept", None):
        kept_forms.forget(waiting["token"])


def forget_if_sent() -> None:
    """Forget what was kept of the form that this request sends again."""
    waiting = session.get("kept")
    if waiting and _is_here(waiting["page"]):
        forget()


def _is_here(page: str) -> bool:
    here = page_of_form()
    return here is not None and urlsplit(here).path == urlsplit(page).path


def clear_session() -> None:
    """Clear the cookie, but for where its owner was going and what they had typed there."""
    carried = {name: session[name] for name in ("next", "kept") if name in session}
    session.clear()
    session.update(carried)
