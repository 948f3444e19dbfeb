"""/signin: residents sign in with a link in their mail, staff with a password and a code.

A GET changes nothing: scanners of mail follow links.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from open311.actions.accounts.account_links import ask_for_link
from open311.actions.accounts.sign_in import by_code, by_link, by_password, set_password
from open311.actions.base.environment import current_environment
from open311.domain.wording import IN_EVERY_LETTER
from open311.entrypoints.accounts.arrival import arrive, enter, pending
from open311.queries.accounts.account_links import link_works
from open311.web import fields
from open311.web.forms import Form, answer, form_page
from open311.web.gate import Door
from open311.web.kept import clear_session
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("sign_in", __name__, url_prefix="/signin")


EMAIL = fields.line("email", missing="Enter an e-mail address, like name@example.org")
PASSWORD = fields.secret("password", missing="Enter your password")
NEW_PASSWORD = fields.secret("new", missing="Enter a new password")
CODE = fields.line("code", missing="Enter the code")


def _address() -> str:
    """The network address of whoever asks, for counting tries."""
    return str(request.remote_addr)


def _language() -> str:
    """The language of letters to whoever uses this browser."""
    return current_environment().city.first.wordings.best(request.accept_languages.values(), IN_EVERY_LETTER)


@blueprint.route("", methods=["GET", "POST"], access=Door.OPEN)
def start() -> Response:
    """Send a resident a link to sign in. The answer does not tell whether the address is known."""
    form = Form.of_request(EMAIL)
    return answer(form, partial(_send_link, form, "sign_in"), partial(form_page, "accounts/start.html"), at=EMAIL)


def _send_link(form: Form, purpose: Literal["sign_in", "password"]) -> Response:
    ask_for_link(current_environment(), form[EMAIL], purpose, _address(), _language())
    return page("accounts/sent.html", email=form[EMAIL])


@blueprint.route("/link/<token>", methods=["GET", "POST"], access=Door.OPEN)
def link(token: str) -> Response:
    """The page behind a link in mail: its button signs in."""
    form = Form.of_request()

    def act() -> Response:
        return enter(by_link(token), "link", second_factor=False)

    def show(form: Form) -> Response:
        works = not form.refusal and link_works(token, "sign_in")
        return form_page("accounts/link.html", form, works=works)

    return answer(form, act, show, at="sign_in")


@blueprint.route("/staff", methods=["GET", "POST"], access=Door.OPEN)
def staff() -> Response:
    """Sign staff in: by e-mail address and password, or through the city's own provider."""
    form = Form.of_request(EMAIL, PASSWORD)

    def act() -> Response:
        return arrive(by_password(form[EMAIL], form[PASSWORD], _address()), "password")

    openid = current_environment().sign_in.openid is not None
    return answer(form, act, partial(form_page, "accounts/staff.html", openid=openid), at=PASSWORD)


@blueprint.route("/code", methods=["GET", "POST"], access=Door.OPEN)
def code() -> Response:
    """The second step of signing in: a code of the authenticator, or a recovery code."""
    waiting = pending()
    if waiting is None:
        return redirect(url_for("sign_in.staff"), 303)
    account, method = int(waiting["account"]), str(waiting["method"])
    form = Form.of_request(CODE)

    def act() -> Response:
        by_code(current_environment(), account, form[CODE])
        return enter(account, method, second_factor=True)

    return answer(form, act, partial(form_page, "accounts/code.html"), at=CODE)


@blueprint.route("/forgotten", methods=["GET", "POST"], access=Door.OPEN)
def forgotten() -> Response:
    """Send a link to set a password. The answer does not tell whether the address is known."""
    form = Form.of_request(EMAIL)
    show = partial(form_page, "accounts/forgotten.html")
    return answer(form, partial(_send_link, form, "password"), show, at=EMAIL)


@blueprint.route("/password/<token>", methods=["GET", "POST"], access=Door.OPEN)
def password(token: str) -> Response:
    """Set a password with a link from mail, then sign in with it, and with a code where the account needs one."""
    form = Form.of_request(NEW_PASSWORD)

    def act() -> Response:
        set_password(current_environment(), token, form[NEW_PASSWORD])
        clear_session()
        flash("Your password is set. Sign in with it now.")
        return redirect(url_for("sign_in.staff"), 303)

    works = link_works(token, "password")
    return answer(form, act, partial(form_page, "accounts/set_password.html", works=works), at=NEW_PASSWORD)
