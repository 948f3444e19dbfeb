"""Which act each page takes: one table, and the gate that asks it. A page that is not in the table opens for nobody."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.accounts.sessions import SignedIn, recognise
from open311.actions.base.environment import current_environment
from open311.domain.errors import NotAllowed
from open311.domain.roles import Act, opens
from open311.web import failures
from open311.web.assets import asset
from open311.web.failures import TITLES
from open311.web.voice import voice


class Door(StrEnum):
    """Pages that take no role."""

    PUBLIC = "public"
    """For everybody, without a cookie: what it does takes nothing, or the secret in its address."""
    OPEN = "open"
    """For everybody whose browser keeps a cookie: forms are ours only."""
    OWN = "own"
    """For whoever is signed in: it is about their own account."""


PAGES: dict[str, Act | Door] = {
    "web.static": Door.PUBLIC,
    "links.ask": Door.PUBLIC,
    "links.say_yes": Door.PUBLIC,
    "links.stop": Door.PUBLIC,
    "links.question": Door.PUBLIC,
    "links.answer": Door.PUBLIC,
    "links.was_it_fixed": Door.PUBLIC,
    "links.fixed_or_not": Door.PUBLIC,
    "following.service_request": Door.PUBLIC,
    "following.start": Door.PUBLIC,
    "following.worker": Door.PUBLIC,
    "following.service": Door.PUBLIC,
    "following.boundary": Door.PUBLIC,
    "drawing.place": Door.PUBLIC,
    "drawing.area": Door.PUBLIC,
    "drawing.picture": Door.PUBLIC,
    "sign_in.start": Door.OPEN,
    "sign_in.staff": Door.OPEN,
    "sign_in.code": Door.OPEN,
    "sign_in.link": Door.OPEN,
    "sign_in.forgotten": Door.OPEN,
    "sign_in.password": Door.OPEN,
    "openid.start": Door.OPEN,
    "openid.back": Door.OPEN,
    "own.sign_out": Door.OWN,
    "own.account": Door.OWN,
    "own.end_session": Door.OWN,
    "own.end_others": Door.OWN,
    "own.password": Door.OWN,
    "own.second_factor": Door.OWN,
    "own.remove_second_factor": Door.OWN,
    "own.recovery_codes": Door.OWN,
    "console.queue": Act.READ,
    "console.open_next": Act.READ,
    "console.save_filter": Act.READ,
    "console.delete_filter": Act.READ,
    "console.case": Act.READ,
    "console.photo": Act.READ,
    "console.contact": Act.READ_PERSONAL,
    "administration.accounts": Act.MANAGE_ACCOUNTS,
    "administration.disable": Act.MANAGE_ACCOUNTS,
    "administration.revoke": Act.MANAGE_ACCOUNTS,
    "administration.audit": Act.READ_AUDIT,
    "console.update": Act.NOTE,
    "console.ask": Act.PROGRESS,
    "console.assign": Act.ASSIGN,
    "console.merge": Act.MERGE,
    "console.split": Act.SPLIT,
    "console.refer": Act.REFER,
    "console.bulk": Act.NOTE,
    "console.batch_state": Act.NOTE,
    "console.undo": Act.NOTE,
    "console.crew": Act.CLOSE,
    "console.crew_done": Act.CLOSE,
    "console.crew_worker": Door.PUBLIC,
    "console.photos": Act.MODERATE,
    "console.review": Act.MODERATE,
    "console.picture": Act.MODERATE,
    "console.original": Act.READ_PERSONAL,
    "webhooks.failed": Act.MANAGE_WEBHOOKS,
    "webhooks.send_again": Act.MANAGE_WEBHOOKS,
    "webhooks.drop": Act.MANAGE_WEBHOOKS,
}
"""Every page there is, by endpoint. The API is not here: it is public, and asks for keys (``api/endpoint``)."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # addresses of pages hold the secrets of links
    "X-Frame-Options": "DENY",
}
FORM_LASTS = 12 * 3600
"""Seconds for which a form may lie open."""


def guard(blueprint: Blueprint) -> None:
    """Put the gate before every page of a blueprint; headers, errors and the shell come with it."""
    blueprint.before_request(_gate)
    blueprint.after_request(_finish)
    blueprint.context_processor(_shell)
    failures.register(blueprint)


def signed_in() -> SignedIn | None:
    """Who sent this request, as the database knows at this moment."""
    if _SIGNED_IN not in request.environ:
        token = session.get("token")
        request.environ[_SIGNED_IN] = recognise(current_environment(), token) if token else None
    found: SignedIn | None = request.environ[_SIGNED_IN]
    return found


_SIGNED_IN = "open311.signed_in"


def me() -> SignedIn:
    """The same, on pages that only somebody who is signed in can reach."""
    found = signed_in()
    assert found is not None
    return found


def _gate() -> AnyResponse | None:
    if "\0" in request.path:
        raise NotFound("Nothing has such a name")  # no text in PostgreSQL can hold it
    needed = PAGES.get(str(request.endpoint))
    if needed is None:
        raise Forbidden
    if needed is Door.PUBLIC:
        return None
    if not current_app.secret_key:
        raise ServiceUnavailable("Nobody can sign in here yet: SECRET_KEY is not set")
    if request.method == "POST":
        _check_form()
    if needed is Door.OPEN:
        return None
    who = signed_in()
    if who is None:
        return _to_sign_in()
    if isinstance(needed, Act):
        if who.lacks_second_factor:
            return redirect(url_for("own.second_factor"), 303)
        if not opens(who.grants, needed):
            raise NotAllowed("Your role does not open this page")
    return None


def _shell() -> dict[str, Any]:
    """What the shell around every page needs. Pages are in English where they do not say otherwise (``pages``)."""
    return {
        **voice(current_environment().city.first, "en"),
        "who": signed_in(),
        "form_token": form_token,
        "asset": asset,
    }


def lost() -> Response:
    """The page for somebody who asks for an address at which there is nothing."""
    reason = "Look at the address again, or begin at the first page"
    return _finish(Response(render_template("web/failure.html", title=TITLES[404], reason=reason, **_shell()), 404))


def _to_sign_in() -> AnyResponse:
    """To the sign-in page; whoever only wanted to look comes back afterwards."""
    if request.method == "GET":
        session["next"] = request.full_path.rstrip("?")
    return redirect(url_for("sign_in.start"), 303)


def form_token() -> str:
    """What a form must send back (``csrf``): signed, and other each second, so that compression tells nothing of it."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(16)
    return str(_signer().dumps(session["csrf"]))


def _check_form() -> None:
    """Refuse a form that another site made."""
    try:
        sent = _signer().loads(request.form.get("csrf", ""), max_age=FORM_LASTS)
    except BadSignature:
        sent = None
    if sent is None or sent != session.get("csrf"):
        raise BadRequest("This page was open for too long, or your browser keeps no cookies. Go back and try again")


def from_our_page() -> bool:
    """Whether a page of ours sent this, as the browser says; for what needs no cookie."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == request.host_url.rstrip("/")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="csrf")


def _finish(response: Response) -> Response:
    if request.endpoint == "web.static":
        return response
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
