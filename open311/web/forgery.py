"""Forms that another site made (cross-site request forgery) are refused. ADR 12 says why this is no library."""

from __future__ import annotations

import secrets

from flask import current_app, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest

FORM_SECONDS = 12 * 3600
"""How long a form may stay open in a browser, in seconds."""


def form_token() -> str:
    """The value of the hidden field ``csrf``, which every form of a signed-in page must send back.

    It is signed with the time, so it differs each second and compression gives nothing away about it (BREACH).
    """
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(16)
    return str(_signer().dumps(session["csrf"]))


def check_form() -> None:
    """Check the token of the form that was sent.

    :raises BadRequest: when it is missing, too old, or of another browser.
    """
    try:
        sent = _signer().loads(request.form.get("csrf", ""), max_age=FORM_SECONDS)
    except BadSignature:
        sent = None
    if sent is None or sent != session.get("csrf"):
        raise BadRequest("This page was open for too long, or your browser keeps no cookies. Go back and try again")


def from_our_page() -> bool:
    """Whether a page of this server sent the request, as the browser says; for forms that need no cookie."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == request.host_url.rstrip("/")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="csrf")
