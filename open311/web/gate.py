"""The gate before every page: it asks for the act that the page declared (``web/pages``), and of whom."""

from __future__ import annotations

from enum import StrEnum

from flask import current_app, flash, redirect, request, session, url_for
from flask.sansio.app import App
from werkzeug.exceptions import BadRequest, ServiceUnavailable
from werkzeug.wrappers import Response

from open311.actions.accounts.sessions import SignedIn, recognise
from open311.actions.base.environment import current_environment
from open311.domain.errors import NotAllowed
from open311.domain.roles import Act, opens
from open311.queries.accounts.kept_forms import owner_of_session
from open311.web import kept
from open311.web.forgery import check_not_from_elsewhere, is_own_form
from open311.web.language import N_, gettext


class Door(StrEnum):
    """Access to pages that need no role."""

    PUBLIC = "public"
    """For everybody, without a cookie: the page needs nothing, or the secret in its address."""
    OPEN = "open"
    """For everybody whose browser keeps a cookie: forms must come from our own pages."""
    OWN = "own"
    """For everybody who is signed in: the page is about their own account."""


Access = Act | Door
"""What a page declares: an act that some role must allow, or a door that needs no role."""

_ENDED = N_("You were signed out. Sign in to go on where you were; what you typed is kept.")
_NOT_DONE = N_("That was not done, because the page was open for too long. Press it again.")
_DECLARED = "open311.pages"
_SIGNED_IN = "open311.signed_in"


def declared(app: App | None = None) -> dict[str, Access]:
    """The access of every page of an application (the running one), by endpoint. Calls of the API are not pages."""
    return (app or current_app).extensions.setdefault(_DECLARED, {})  # type: ignore[no-any-return]


def signed_in() -> SignedIn | None:
    """Who sent this request; the database is asked once a request."""
    if _SIGNED_IN not in request.environ:
        token = session.get("token")
        request.environ[_SIGNED_IN] = recognise(current_environment(), token) if token else None
    found: SignedIn | None = request.environ[_SIGNED_IN]
    return found


def recognised() -> SignedIn | None:
    """Who sent this request, as far as somebody has asked already."""
    found: SignedIn | None = request.environ.get(_SIGNED_IN)
    return found


def know_nobody() -> None:
    """Do not ask the database who sent this request, if it was not asked yet: nobody is signed in then."""
    request.environ.setdefault(_SIGNED_IN, None)


def me() -> SignedIn:
    """Who sent this request, on pages that only somebody signed in can reach."""
    found = signed_in()
    assert found is not None
    return found


def can_open(endpoint: str) -> bool:
    """Whether the role of whoever is signed in opens a page; for menus."""
    who, needed = signed_in(), declared().get(endpoint)
    if who is None or needed is None:
        return False
    return opens(who.grants, needed) if isinstance(needed, Act) else True


def act_of(endpoint: str) -> Act:
    """The act that a page declares.

    :raises LookupError: when there is no such page, or it needs no role.
    """
    needed = declared()[endpoint]
    if not isinstance(needed, Act):
        raise LookupError(f"{endpoint} needs no role")
    return needed


def pass_gate() -> Response | None:
    """Let the request through, or lead it to the page that must come first.

    :raises NotAllowed: when no role of whoever is signed in allows the act of the page.
    :raises ServiceUnavailable: when nobody can sign in here, because ``SECRET_KEY`` is not set.
    """
    needed = declared()[str(request.endpoint)]
    if needed is Door.PUBLIC:
        return None
    if not current_app.secret_key:
        raise ServiceUnavailable("Nobody can sign in here yet: SECRET_KEY is not set")
    own = request.method != "POST" or is_own_form()
    if not own:
        check_not_from_elsewhere()
    who = signed_in()
    if who is None and needed is not Door.OPEN:
        return _to_sign_in(needed)
    if not own:
        return _back_to_form(who)
    if request.method == "POST":
        kept.forget_if_sent()
    return _check_act(who, needed) if who and isinstance(needed, Act) else None


def _check_act(who: SignedIn, needed: Act) -> Response | None:
    if who.lacks_second_factor:
        return redirect(url_for("own.second_factor"), 303)
    if not opens(who.grants, needed):
        raise NotAllowed("Your role does not open this page")
    return None


def _to_sign_in(needed: Access) -> Response:
    """Lead to the sign-in page, and back afterwards to the page that was asked for or whose form was sent."""
    ended = session.get("token")
    if request.method == "POST":
        kept.keep(owner_of_session(ended) if ended else None)
    if page := kept.page_of_form():
        session["next"] = page
    if ended:
        flash(gettext(_ENDED), "again")
    staff = isinstance(needed, Act) or (ended and not session.permanent)
    return _lead_to(url_for("sign_in.staff" if staff else "sign_in.start"))


def _back_to_form(who: SignedIn | None) -> Response:
    """Lead back to a form whose token was refused, with what was typed. It is done once it is sent again.

    :raises BadRequest: when there is no page to lead to, or the browser has just shown that it keeps no cookies.
    """
    page = kept.page_of_form()
    if page is None or (not session and request.args.get("again")):
        raise BadRequest("This page was open for too long, or your browser keeps no cookies. Go back and try again")
    lost_cookie = not session
    kept.keep(who.account if who else None)
    if "kept" not in session:
        flash(gettext(_NOT_DONE), "again")
    return _lead_to(f"{page}{'&' if '?' in page else '?'}again=yes" if lost_cookie else page)


def _lead_to(address: str) -> Response:
    """Redirect; htmx, which would show the page inside of the present one, is told to leave it."""
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 303)
