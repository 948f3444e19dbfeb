"""After the first step of signing in: the second step, or the session."""

from __future__ import annotations

import time

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from open311.actions.accounts.sessions import begin
from open311.actions.base.environment import current_environment
from open311.domain.roles import Act, opens
from open311.queries.accounts.people import AccountRow, account_of_key
from open311.web.kept import clear_session

PENDING_SECONDS = 600
"""How many seconds the second step of signing in may take."""


def arrive(found: AccountRow, method: str, *, strong: bool = False) -> Response:
    """Go on after the first step: ask for a code if the account has an authenticator, else begin the session.

    :param strong: whether a sign-in provider has asked for a second factor already.
    """
    if found.totp_secret and not strong:
        session["pending"] = {"account": found.key, "method": method, "until": int(time.time()) + PENDING_SECONDS}
        return redirect(url_for("sign_in.code"), 303)
    return enter(found.key, method, second_factor=strong)


def pending() -> dict[str, str | int] | None:
    """The account whose first step was passed in this browser, with ``account``, ``method`` and ``until``, or None."""
    found: dict[str, str | int] | None = session.get("pending")
    return found if found and int(found["until"]) > time.time() else None


def enter(account: int, method: str, *, second_factor: bool) -> Response:
    """Begin a session under a new cookie, and redirect to the page that was asked for."""
    device = request.headers.get("User-Agent", "")
    token = begin(current_environment(), account, method, device, second_factor=second_factor)
    clear_session()
    wanted = session.pop("next", None) or _home(account)
    session["token"] = token
    if method == "link":
        session.permanent = True  # residents stay signed in when they close the browser
    return redirect(wanted, 303)


def _home(account: int) -> str:
    """The first page: the list of cases for staff, their own account for everybody else."""
    found = account_of_key(account)
    works = found is not None and opens(found.grants, Act.READ)
    return url_for("console.queue") if works else url_for("own.account")
