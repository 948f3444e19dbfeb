"""The gate before every page: it asks for the act that the page declared (``web/pages``), and of whom."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import quote

from flask import current_app, redirect, request, session, url_for
from flask.sansio.app import App
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from open311.actions.accounts.sessions import SignedIn, recognise
from open311.actions.base.environment import current_environment
from open311.domain.errors import NotAllowed
from open311.domain.roles import Act, opens
from open311.web.forgery import check_form


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

MAX_NEXT_CHARACTERS = 2000
"""The longest address that is remembered while somebody signs in, in characters: a cookie holds 4,000 bytes."""
_PLAIN = "%!$'()*+,;:@/?=&[]"  # what a query may hold as it is (RFC 3986, and brackets)
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


def own_address() -> str:
    """The address of this request without the host, as a header or a cookie can hold it."""
    query = quote(request.query_string, safe=_PLAIN)
    return quote(request.path) + (f"?{query}" if query else "")


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
    if request.method == "POST":
        check_form()
    if needed is Door.OPEN:
        return None
    who = signed_in()
    if who is None:
        return _to_sign_in()
    return _check_act(who, needed) if isinstance(needed, Act) else None


def _check_act(who: SignedIn, needed: Act) -> Response | None:
    if who.lacks_second_factor:
        return redirect(url_for("own.second_factor"), 303)
    if not opens(who.grants, needed):
        raise NotAllowed("Your role does not open this page")
    return None


def _to_sign_in() -> Response:
    """Redirect to the sign-in page, and back here afterwards if this was a GET of an address that a cookie can hold."""
    if request.method == "GET" and len(here := own_address()) <= MAX_NEXT_CHARACTERS:
        session["next"] = here
    return redirect(url_for("sign_in.start"), 303)
