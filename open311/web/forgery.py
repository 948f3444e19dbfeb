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


def is_own_form() -> bool:
    """Whether the form that was sent has this browser's token: none that is missing, too old, or another browser's."""
    try:
        sent = _signer().loads(request.form.get("csrf", ""), max_age=FORM_SECONDS)
    except BadSignature:
        sent = None
    return sent is not None and sent == session.get("csrf")


def check_not_from_elsewhere() -> None:
    """Check that no page of another site sent the form, as far as the browser says where it comes from.

    :raises BadRequest: when one did.
    """
    says = ("Sec-Fetch-Site", "Origin")
    if any(name in request.headers for name in says) and not from_our_page():
        raise BadRequest("This form was sent from another site. Open it here and try again")


def from_our_page() -> bool:
    """Whether a page of this server sent the request, as the browser says; for forms that need no cookie."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == request.host_url.rstrip("/")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="csrf")
