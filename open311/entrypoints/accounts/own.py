"""/account: one's own sessions, password, authenticator and recovery codes."""

from __future__ import annotations

from functools import partial
from typing import Any

import segno
from flask import flash, redirect, request, session, url_for
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from open311.actions.accounts import sessions
from open311.actions.accounts.credentials import (
    add_second_factor,
    authenticator_address,
    make_recovery_codes,
    new_secret,
)
from open311.actions.accounts.credentials import remove_second_factor as forget_second_factor
from open311.actions.accounts.sign_in import change_password, confirmed
from open311.actions.base.environment import current_environment
from open311.queries.accounts.people import has_password, recovery_codes_left
from open311.queries.accounts.sessions import sessions_of
from open311.web import fields, kept
from open311.web.forms import Form, answer, form_page
from open311.web.gate import Door, me
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("own", __name__, url_prefix="/account")
PASSWORD = fields.secret("password", missing="Enter your password")
OLD_PASSWORD = fields.secret("old", missing="Enter the password until now")
NEW_PASSWORD = fields.secret("new", missing="Enter a new password")
CODE = fields.line("code", missing="Enter the code")


@blueprint.get("", access=Door.OWN)
def account() -> Response:
    """Show the sessions of the account, and how it signs in."""
    who = me()
    return page("accounts/account.html", sessions=sessions_of(who.account), codes_left=recovery_codes_left(who.account))


@blueprint.get("/session", access=Door.OWN)
def stay() -> Response:
    """Go on with the session, as every request does, and say in how many seconds it ends without another one."""
    return Response(str(me().seconds_left), content_type="text/plain")


@blueprint.post("/signout", access=Door.OWN, shown_on="own.account")
def sign_out() -> Response:
    """Sign out; the browser also deletes what pages stored for times without a network."""
    who = me()
    sessions.sign_out(who.account, who.session)
    kept.forget()
    session.clear()
    signed_out = redirect(url_for("sign_in.start"), 303)
    signed_out.headers["Clear-Site-Data"] = '"cache", "storage"'
    return signed_out


@blueprint.post("/sessions/<key:key>/end", access=Door.OWN, shown_on="own.account")
def end_session(key: int) -> Response:
    """End one of one's own sessions."""
    if not sessions.end(me().account, key):
        raise NotFound("That session is over already")
    return redirect(url_for("own.account"), 303)


@blueprint.post("/sessions/end-others", access=Door.OWN, shown_on="own.account")
def end_others() -> Response:
    """End all of one's own sessions but this one."""
    who = me()
    sessions.end_others(who.account, who.session)
    return redirect(url_for("own.account"), 303)


@blueprint.route("/password", methods=["GET", "POST"], access=Door.OWN)
def password() -> Response:
    """Change the password, then sign in with the new one."""
    form = Form.of_request(OLD_PASSWORD, NEW_PASSWORD)

    def act() -> Response:
        change_password(current_environment(), me().account, form[OLD_PASSWORD], form[NEW_PASSWORD])
        session.clear()
        flash("Your password is changed. Sign in with it now.")
        return redirect(url_for("sign_in.staff"), 303)

    return answer(form, act, partial(form_page, "accounts/password.html"), at=NEW_PASSWORD)


@blueprint.route("/second-factor", methods=["GET", "POST"], access=Door.OWN)
def second_factor() -> Response:
    """Add an authenticator app: scan the secret, then enter its first code. Recovery codes are shown once, then."""
    who = me()
    if who.has_second_factor:
        return redirect(url_for("own.account"), 303)
    if not who.fresh and not has_password(who.account):
        flash("Sign in again first, so that nobody but you adds an app")
        session.clear()
        return redirect(url_for("sign_in.staff"), 303)
    if request.method == "GET" or "secret" not in session:
        session["secret"] = new_secret()
        return page("accounts/second_factor.html", **_authenticator())
    form = Form.of_request(CODE, *(() if who.fresh else (PASSWORD,)))

    def act() -> Response:
        if not who.fresh:
            confirmed(who.account, form[PASSWORD])
        added = add_second_factor(current_environment(), who.account, who.session, session["secret"], form[CODE])
        del session["secret"]
        session["token"] = added.token
        return page("accounts/recovery_codes.html", codes=added.codes)

    return answer(form, act, partial(form_page, "accounts/second_factor.html", **_authenticator()), at=CODE)


def _authenticator() -> dict[str, Any]:
    """The secret of the new authenticator, as a QR code and to be typed."""
    secret = session["secret"]
    drawn = segno.make(authenticator_address(secret, me().email, current_environment().city.name), error="m")
    svg = drawn.svg_inline(omitsize=True, title="QR code for the authenticator app", svgclass="qr", lineclass=None)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"qr": Markup(svg), "secret": spaced}  # made here, of letters and digits


@blueprint.route("/second-factor/remove", methods=["GET", "POST"], access=Door.OWN)
def remove_second_factor() -> Response:
    """Remove the authenticator, after asking for the password again."""
    form = Form.of_request(PASSWORD)

    def act() -> Response:
        confirmed(me().account, form[PASSWORD])
        session["token"] = forget_second_factor(current_environment(), me().account, me().session)
        return redirect(url_for("own.account"), 303)

    return answer(form, act, partial(form_page, "accounts/remove_second_factor.html"), at=PASSWORD)


@blueprint.route("/recovery-codes", methods=["GET", "POST"], access=Door.OWN)
def recovery_codes() -> Response:
    """Make new recovery codes, after asking for the password again; the old ones stop working."""
    if not me().has_second_factor:
        return redirect(url_for("own.second_factor"), 303)
    form = Form.of_request(PASSWORD)

    def act() -> Response:
        confirmed(me().account, form[PASSWORD])
        return page("accounts/recovery_codes.html", codes=make_recovery_codes(current_environment(), me().account))

    return answer(form, act, partial(form_page, "accounts/new_codes.html"), at=PASSWORD)
