"""/signin: residents by a link in their mail, staff by password and code.

A GET changes nothing: scanners of mail follow links.
"""

from __future__ import annotations

from flask import flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from open311.actions.accounts.account_links import ask_for_link
from open311.actions.accounts.sign_in import by_code, by_link, by_password, set_password
from open311.actions.base.environment import current_environment
from open311.entrypoints.accounts.arrival import arrive, enter, pending
from open311.queries.accounts.account_links import link_works
from open311.web.forms import answer
from open311.web.gate import Door
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("sign_in", __name__, url_prefix="/signin")


def _field(name: str) -> str:
    """What was entered."""
    return request.form.get(name, "")


def _address() -> str:
    return str(request.remote_addr)


def _language() -> str:
    """In which language this browser's owner gets mail."""
    return current_environment().city.first.wordings.best(request.accept_languages.values())


@blueprint.route("", methods=["GET", "POST"], access=Door.OPEN)
def start() -> Response:
    """Residents: have a link sent. The answer is the same whoever the address belongs to."""
    if request.method == "GET":
        return page("accounts/start.html")

    def act() -> Response:
        ask_for_link(current_environment(), _field("email"), "sign_in", _address(), _language())
        return page("accounts/sent.html", email=_field("email").strip())

    return answer(act, "accounts/start.html", "email", email=_field("email"))


@blueprint.route("/link/<token>", methods=["GET", "POST"], access=Door.OPEN)
def link(token: str) -> Response:
    """A link from mail: a page with a button, which signs in."""
    if request.method == "GET":
        return page("accounts/link.html", works=link_works(token, "sign_in"))
    return answer(
        lambda: enter(by_link(token), "link", second_factor=False), "accounts/link.html", "sign_in", works=False
    )


@blueprint.route("/staff", methods=["GET", "POST"], access=Door.OPEN)
def staff() -> Response:
    """Staff: e-mail address and password, or the city's own sign-in."""
    openid = current_environment().sign_in.openid is not None
    if request.method == "GET":
        return page("accounts/staff.html", openid=openid)
    return answer(
        lambda: arrive(by_password(_field("email"), _field("password"), _address()), "password"),
        "accounts/staff.html",
        "password",
        openid=openid,
        email=_field("email"),
    )


@blueprint.route("/code", methods=["GET", "POST"], access=Door.OPEN)
def code() -> Response:
    """The second step: a code of the authenticator, or a recovery code."""
    waiting = pending()
    if waiting is None:
        return redirect(url_for("sign_in.staff"), 303)
    if request.method == "GET":
        return page("accounts/code.html")
    account, method = int(waiting["account"]), str(waiting["method"])

    def act() -> Response:
        by_code(current_environment(), account, _field("code"))
        return enter(account, method, second_factor=True)

    return answer(act, "accounts/code.html", "code")


@blueprint.route("/forgotten", methods=["GET", "POST"], access=Door.OPEN)
def forgotten() -> Response:
    """Have a link sent with which a password can be set; the answer is the same whoever the address belongs to."""
    if request.method == "GET":
        return page("accounts/forgotten.html")

    def act() -> Response:
        ask_for_link(current_environment(), _field("email"), "password", _address(), _language())
        return page("accounts/sent.html", email=_field("email").strip())

    return answer(act, "accounts/forgotten.html", "email", email=_field("email"))


@blueprint.route("/password/<token>", methods=["GET", "POST"], access=Door.OPEN)
def password(token: str) -> Response:
    """Set a password with a link from mail; then sign in with it, and with the code where there is one."""
    works = link_works(token, "password")
    if request.method == "GET":
        return page("accounts/set_password.html", works=works)

    def act() -> Response:
        set_password(token, request.form.get("new", ""))
        session.clear()
        flash("Your password is set. Sign in with it now.")
        return redirect(url_for("sign_in.staff"), 303)

    return answer(act, "accounts/set_password.html", "new", works=works)
